using System.Reflection;
using System.Runtime.InteropServices;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests;

/// <summary>Which part of the library may use which, and what no part may use, as found in its compiled code.</summary>
public sealed class DependencyTests
{
    private const string Root = "CnnService.Training";

    /// <summary>Each folder and the folders it may use besides itself; the root (Network, Model, Predictor ...) is the folder "".</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Specs"] = [],
        ["Tensors"] = ["Specs"],
        ["Reference"] = ["Specs", "Tensors"],
        ["Kernels"] = ["Tensors"],
        ["Kernels.Convolutions"] = ["Kernels", "Tensors"],
        ["Layers"] = ["Kernels", "Kernels.Convolutions", "Specs", "Tensors"],
        ["Optimizers"] = ["Kernels", "Specs", "Tensors"],
        ["Augmentations"] = ["Kernels", "Specs", "Tensors"],
        ["Averages"] = ["Specs", "Tensors"],
        ["Stopping"] = ["Specs"],
        ["Losses"] = ["Kernels", "Specs", "Tensors"],
        ["Schedules"] = ["Specs", "Tensors"],
        ["Datasets"] = ["Specs", "Tensors"],
        [""] = ["Augmentations", "Datasets", "Kernels", "Layers", "Specs", "Tensors"],
        ["Preflight"] = ["", "Datasets", "Losses", "Optimizers", "Running", "Schedules", "Tensors"],
        ["Presets"] = ["", "Augmentations", "Averages", "Layers", "Losses", "Optimizers", "Running", "Schedules", "Tensors"],
        ["Running"] = ["", "Augmentations", "Averages", "Datasets", "Kernels", "Layers", "Losses", "Optimizers", "Schedules", "Specs", "Stopping", "Tensors"],
    };

    /// <summary>Functions whose last bits depend on the C library; square root and rounding are exact everywhere.</summary>
    private static readonly HashSet<string> Transcendentals =
    [
        "Exp", "Exp2", "Exp10", "ExpM1", "Exp2M1", "Exp10M1", "Log", "Log2", "Log10", "LogP1", "Log2P1", "Log10P1", "Pow", "Cbrt", "RootN", "Hypot",
        "Sin", "Cos", "Tan", "SinCos", "SinPi", "CosPi", "TanPi", "SinCosPi", "Asin", "Acos", "Atan", "Atan2", "AsinPi", "AcosPi", "AtanPi", "Atan2Pi",
        "Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh",
    ];

    private static readonly Type[] Types = [.. typeof(InvalidInputException).Assembly.GetTypes().Where(type => Folder(type) is not null)];

    [Fact]
    public void Folders_OfTheLibrary_AreThoseWithArrows() =>
        Assert.All(Types, type => Assert.True(Arrows.ContainsKey(Folder(type)!), $"{type} is in a folder without arrows."));

    [Fact]
    public void Types_OfEachFolder_UseOnlyTheFoldersTheyMay() => AssertNone(
        from type in Types
        from used in CompiledCode.ReferencedTypes(type)
        where used.Assembly == type.Assembly && !MayUse(type, used)
        select $"{type} uses {used}");

    [Fact]
    public void Library_Assemblies_AreOfTheBaseLibrary() => AssertNone(
        from assembly in typeof(InvalidInputException).Assembly.GetReferencedAssemblies()
        where !File.Exists(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), assembly.Name + ".dll"))
        select $"the library uses {assembly.Name}");

    [Fact]
    public void Code_OutsideReference_CallsNothingInexact() => AssertNone(
        from call in Calls()
        where Folder(call.Caller.DeclaringType!) != "Reference" && IsInexact(call.Called)
        select Describe(call));

    [Fact]
    public void Code_Anywhere_UsesNoClockAndNoHiddenRandomState() => AssertNone(
        from call in Calls()
        where call.Called.DeclaringType is { } type
            && (type == typeof(Random)
                || (type == typeof(DateTime) || type == typeof(DateTimeOffset)) && call.Called.Name is "get_Now" or "get_UtcNow" or "get_Today")
        select Describe(call));

    [Fact]
    public void Unsafe_InSources_AppearsOnlyInKernelsAndTensors() => AssertNone(
        from part in (string[])["Training", "Api"]
        from file in Directory.EnumerateFiles(Path.Combine(Repository(), part), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository(), file).Replace('\\', '/')
        where !path.Contains("/obj/") && !path.StartsWith("Training/Kernels/") && !path.StartsWith("Training/Tensors/")
        where File.ReadLines(file).Any(line => line.Split("//")[0].Split(' ', '(').Contains("unsafe"))
        select $"{path} has unsafe code");

    /// <summary>The folder below the root, "" for the root, null for what the compiler puts outside of all namespaces.</summary>
    private static string? Folder(Type type) =>
        type.Namespace == Root ? "" : type.Namespace?.StartsWith(Root + '.') == true ? type.Namespace[(Root.Length + 1)..] : null;

    private static bool MayUse(Type type, Type used) =>
        Folder(used) is not { } folder || folder == Folder(type) || Arrows[Folder(type)!].Contains(folder);

    private static IEnumerable<(MethodBase Caller, MethodBase Called)> Calls() =>
        from type in Types
        from caller in CompiledCode.Methods(type)
        from called in CompiledCode.MembersInBody(caller).OfType<MethodBase>()
        select (caller, called);

    /// <summary>Transcendentals of Math, of the number types and of vectors (not the whole logarithm of an integer), and all estimates.</summary>
    private static bool IsInexact(MethodBase called) =>
        called is MethodInfo { DeclaringType.Namespace: { } space } method
        && space.Split('.')[0] == "System"
        && (Transcendentals.Contains(method.Name) && !IsInteger(method.ReturnType)
            || method.Name.EndsWith("Estimate") || method.Name.StartsWith("Reciprocal"));

    private static bool IsInteger(Type type) => type.IsPrimitive && type != typeof(float) && type != typeof(double);

    private static string Describe((MethodBase Caller, MethodBase Called) call) =>
        $"{call.Caller.DeclaringType}.{call.Caller.Name} calls {call.Called.DeclaringType}.{call.Called.Name}";

    /// <summary>The folder of the sources.</summary>
    internal static string Repository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "CnnService.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("No folder above the tests has CnnService.sln.");
    }

    private static void AssertNone(IEnumerable<string> violations)
    {
        string[] found = [.. violations.Distinct().Order()];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }
}
