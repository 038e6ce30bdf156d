using System.Reflection;
using System.Reflection.Emit;

namespace CnnService.Training.Tests;

/// <summary>What compiled code really refers to: attributes, signatures, locals, and the tokens in the bytes of its methods.</summary>
internal static class CompiledCode
{
    private const byte FirstByteOfTwo = 0xFE;

    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<ushort, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value);

    /// <summary>Every type that the type's declaration, members and method bodies name, arguments of generics included.</summary>
    public static IEnumerable<Type> ReferencedTypes(Type type) =>
        DeclaredTypes(type)
            .Concat(type.GetFields(Declared).SelectMany(ReferencedTypes))
            .Concat(Methods(type).SelectMany(DeclaredTypes))
            .Concat(Methods(type).SelectMany(MembersInBody).SelectMany(ReferencedTypes))
            .SelectMany(Parts)
            .Distinct();

    /// <summary>The type's own methods and constructors, accessors and compiler-made ones included.</summary>
    public static IEnumerable<MethodBase> Methods(Type type) => [.. type.GetMethods(Declared), .. type.GetConstructors(Declared)];

    /// <summary>The types, fields and methods that a method's instructions name.</summary>
    public static IEnumerable<MemberInfo> MembersInBody(MethodBase method)
    {
        Type[]? typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return Tokens(method.GetMethodBody()?.GetILAsByteArray() ?? [])
            .Select(token => method.Module.ResolveMember(token, typeArguments, methodArguments)!);
    }

    private static IEnumerable<Type> DeclaredTypes(Type type) =>
    [
        .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes,
        .. type.GetInterfaces(),
        .. type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()),
        .. Attributes(type),
        .. type.GetProperties(Declared).SelectMany(Attributes),
    ];

    private static IEnumerable<Type> DeclaredTypes(MethodBase method) =>
    [
        .. ReferencedTypes(method),
        .. method.IsGenericMethod ? method.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()) : [],
        .. Attributes(method),
        .. method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? [],
        .. method.GetMethodBody()?.ExceptionHandlingClauses
            .Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType!) ?? [],
    ];

    private static IEnumerable<Type> ReferencedTypes(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType!, field.FieldType, .. Attributes(field)],
        MethodInfo method => [.. Owner(method), method.ReturnType, .. Parameters(method), .. method.GetGenericArguments()],
        MethodBase constructor => [.. Owner(constructor), .. Parameters(constructor)],
        _ => [],
    };

    private static IEnumerable<Type> Owner(MemberInfo member) => member.DeclaringType is { } type ? [type] : [];

    private static IEnumerable<Type> Parameters(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType);

    private static IEnumerable<Type> Attributes(MemberInfo member) => member.CustomAttributes.Select(attribute => attribute.AttributeType);

    /// <summary>List&lt;T[]&gt; names List and T; a parameter of a generic names nothing.</summary>
    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType) return Parts(type.GetElementType()!);
        if (type.IsGenericParameter) return [];
        if (type.IsFunctionPointer) return [.. Parts(type.GetFunctionPointerReturnType()), .. type.GetFunctionPointerParameterTypes().SelectMany(Parts)];
        return type.IsConstructedGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)] : [type];
    }

    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int i = 0; i < code.Length;)
        {
            ushort value = code[i++];
            if (value == FirstByteOfTwo) value = (ushort)(value << 8 | code[i++]);
            OperandType operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return BitConverter.ToInt32(code, i);
            i += OperandLength(operand, code, i);
        }
    }

    private static int OperandLength(OperandType operand, byte[] code, int position) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, position),
        _ => 4,
    };
}
