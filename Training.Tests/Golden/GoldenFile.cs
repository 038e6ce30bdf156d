using System.Globalization;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Golden;

/// <summary>
/// One recorded call: inputs <c>in.*</c>, what the numpy functions that this library re-creates returned in float64 <c>out.*</c>, and,
/// where they are at fault, what is right <c>fix.*</c>. Nothing in it was computed by the code under test.
/// </summary>
internal sealed class GoldenFile
{
    private const string Output = "out.", Correction = "fix.";
    private readonly Safetensors tensors;

    private GoldenFile(string path, Safetensors tensors)
    {
        Path = path;
        this.tensors = tensors;
    }

    /// <summary>Function and case: <c>adam/default_5x4.safetensors</c>.</summary>
    public string Path { get; }

    /// <summary>The function's name, which is the folder's.</summary>
    public string Function => Text("function");

    /// <summary>
    /// What the original does and we do not, or do knowingly: a key of <see cref="GoldenQuirks"/>; null in regular files.
    /// </summary>
    public string? Quirk => tensors.Metadata.GetValueOrDefault("quirk");

    /// <summary>Tolerance for results computed in double, relative to the largest number of the output.</summary>
    public double DoubleTolerance => Number("tol_f64");

    /// <summary>Tolerance for results computed in float.</summary>
    public double FloatTolerance => Number("tol_f32");

    /// <summary>Names of the outputs, without their prefix.</summary>
    public IReadOnlyList<string> Outputs => [.. tensors.Tensors.Where(tensor => tensor.Name.StartsWith(Output, StringComparison.Ordinal))
        .Select(tensor => tensor.Name[Output.Length..])];

    /// <summary>Whether that input is recorded.</summary>
    public bool Has(string input) => tensors.Contains($"in.{input}");

    /// <summary>An input.</summary>
    public GoldenTensor this[string input] => Read($"in.{input}");

    /// <summary>
    /// The value an implementation should return: the correction where there is one, otherwise what the original returned.
    /// </summary>
    public GoldenTensor Expected(string output) => Read((tensors.Contains(Correction + output) ? Correction : Output) + output);

    /// <summary>What the original returned.</summary>
    public GoldenTensor Original(string output) => Read(Output + output);

    /// <summary>Whether the output is 0 up to rounding noise, so that its error is taken as it is.</summary>
    public bool IsZero(string output) => tensors.Metadata.GetValueOrDefault("zero_outputs", "").Split(',').Contains(Output + output);

    /// <summary>Whether the output must be met exactly in any precision: whole numbers, and accuracies, which are counts.</summary>
    public bool IsExact(string output) =>
        tensors[Output + output].Type == ElementType.I64 || output == "acc" || output.Contains("_acc", StringComparison.Ordinal);

    /// <summary>An attribute of the call, such as <c>mode</c>.</summary>
    public string Text(string attribute) => tensors.Metadata[attribute];

    /// <summary>A number of the call; without a default it must be there.</summary>
    public double Number(string attribute, double? whenAbsent = null) =>
        tensors.Metadata.TryGetValue(attribute, out string? text) && text != "default"
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : whenAbsent ?? throw new KeyNotFoundException($"{Path} does not give {attribute}.");

    /// <summary>A whole number of the call, which must be there.</summary>
    public int Integer(string attribute) => int.Parse(Text(attribute), CultureInfo.InvariantCulture);

    /// <summary>Reads a file of the manifest.</summary>
    public static GoldenFile Read(GoldenEntry entry) => new(entry.Path, Safetensors.Read(File.ReadAllBytes(entry.FullPath)));

    private GoldenTensor Read(string name)
    {
        Tensor tensor = tensors[name];
        return new(tensor.Shape, tensor.Type == ElementType.I64
            ? [.. tensor.Integers.ToArray().Select(value => (double)value)]
            : tensor.Doubles.ToArray());
    }
}
