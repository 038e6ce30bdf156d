using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests;

public sealed partial class DocumentationTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly Library = typeof(InvalidInputException).Assembly;

    [Fact]
    public void PublicTypesAndMembers_OfTheLibrary_HaveASummary()
    {
        HashSet<string> documented = Documented();

        string[] missing = [.. Library.GetExportedTypes().SelectMany(Ids).Where(id => !documented.Contains(id)).Order()];

        Assert.True(missing.Length == 0, "Without a summary:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Recipes_InDocs_TellEveryKindAndItsFields()
    {
        string text = File.ReadAllText(Path.Combine(DependencyTests.Repository(), "docs", "recipes.md"));

        IEnumerable<string> names = Library.GetTypes()
            .Where(type => type.IsDefined(typeof(SpecNameAttribute)))
            .SelectMany(type => type.GetProperties().Where(field => field.CanWrite)
                .Select(field => JsonNamingPolicy.CamelCase.ConvertName(field.Name)).Prepend(type.GetCustomAttribute<SpecNameAttribute>()!.Name));
        string[] missing = [.. names.Distinct().Where(name => !text.Contains($"`{name}`", StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, "Not in docs/recipes.md:\n" + string.Join('\n', missing));
    }

    /// <summary>The ids of all members whose summary has text, or is that of another member.</summary>
    private static HashSet<string> Documented() =>
        [.. from member in XDocument.Load(Path.ChangeExtension(Library.Location, ".xml")).Descendants("member")
            where member.Element("inheritdoc") is not null || member.Element("summary") is { } summary && HasContent(summary)
            select member.Attribute("name")!.Value];

    private static bool HasContent(XElement summary) => summary.HasElements || !string.IsNullOrWhiteSpace(summary.Value);

    private static IEnumerable<string> Ids(Type type) =>
    [
        $"T:{Name(type)}",
        .. type.GetFields(Declared).Where(field => IsVisible(field) && !field.IsSpecialName).Select(field => $"F:{Name(type)}.{field.Name}"),
        .. type.GetEvents(Declared).Where(IsVisible).Select(e => $"E:{Name(type)}.{e.Name}"),
        .. type.GetProperties(Declared).Where(IsVisible).Select(property => $"P:{Name(type)}.{property.Name}{Parameters(property.GetIndexParameters())}"),
        .. type.IsSubclassOf(typeof(Delegate)) ? [] : type.GetMethods(Declared).Where(IsVisible).Select(Id),
    ];

    private static bool IsVisible(MemberInfo member) => !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member switch
    {
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        MethodInfo method => IsReachable(method) && !IsAccessor(method),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsReachable) && property.Name != "EqualityContract",
        EventInfo e => IsReachable(e.AddMethod!),
        _ => false,
    };

    private static bool IsReachable(MethodInfo method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    /// <summary>Operators have special names too, but are members that a user sees.</summary>
    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_");

    private static string Id(MethodInfo method)
    {
        string arity = method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";
        string result = method.Name is "op_Implicit" or "op_Explicit" ? $"~{Use(method.ReturnType)}" : "";
        return $"M:{Name(method.DeclaringType!)}.{method.Name}{arity}{Parameters(method.GetParameters())}{result}";
    }

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Use(parameter.ParameterType)))})";

    /// <summary>A declared type as ids write it: N.Outer`1.Inner.</summary>
    private static string Name(Type type) => (type.IsNested ? Name(type.DeclaringType!) : type.Namespace) + "." + type.Name;

    /// <summary>A type in a signature: N.List{System.Int32}, `0 and ``0 for parameters of generics, @ for ref.</summary>
    private static string Use(Type type)
    {
        if (type.IsGenericParameter) return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (type.IsByRef) return Use(type.GetElementType()!) + "@";
        if (type.IsPointer) return Use(type.GetElementType()!) + "*";
        if (type.IsSZArray) return Use(type.GetElementType()!) + "[]";
        if (type.IsArray) return $"{Use(type.GetElementType()!)}[{string.Join(',', Enumerable.Repeat("0:", type.GetArrayRank()))}]";

        var arguments = new Queue<string>(type.GetGenericArguments().Select(Use));
        return Arity().Replace(Name(type), arity =>
            $"{{{string.Join(',', Enumerable.Range(0, int.Parse(arity.Groups[1].Value)).Select(_ => arguments.Dequeue()))}}}");
    }

    [GeneratedRegex("`([0-9]+)")]
    private static partial Regex Arity();
}
