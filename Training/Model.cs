using System.Text.Json;
using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training;

/// <summary>What predicts: a network, its parameters, the class names, and how bytes become its input. Immutable; any number of threads may share it.</summary>
public sealed class Model
{
    private const string FormatVersion = "1";
    private const string ViewsField = "testTimeAugmentation"; // left out where it is none, as in files from before there was another one

    internal Model(Network network, IReadOnlyList<string> labels, Normalization normalization, FloatBuffer parameters) =>
        (Network, Labels, Normalization, Parameters) = (network, labels, normalization, parameters);

    /// <summary>The network's structure.</summary>
    public Network Network { get; }

    /// <summary>The class names, one per score.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How bytes become the network's input.</summary>
    public Normalization Normalization { get; }

    /// <summary>What images are seen as unless the caller says otherwise, as the training's evaluation saw them.</summary>
    public TestTimeAugmentation TestTimeAugmentation { get; init; }

    internal FloatBuffer Parameters { get; }

    /// <summary>How many bytes <see cref="WriteTo"/> writes.</summary>
    public long Length => ToFile().Length;

    /// <summary>
    /// Writes the model as safetensors: F32 tensors <c>layers.{index}.{name}</c> in the network's order, the rest as metadata. Equal models give equal bytes.
    /// </summary>
    public void WriteTo(Stream stream) => ToFile().WriteTo(stream);

    /// <summary>The bytes of <see cref="WriteTo"/>.</summary>
    public byte[] ToArray() => ToFile().ToArray();

    /// <summary>Reads a model; InvalidInputException names the tensor or the metadata at fault.</summary>
    public static Model Read(ReadOnlyMemory<byte> bytes)
    {
        Safetensors file = Safetensors.Read(bytes);
        if (Text(file, "formatVersion") != FormatVersion) throw new InvalidInputException("formatVersion", $"is {Text(file, "formatVersion")}; this program reads {FormatVersion}.");
        ModelSpec spec = SpecJson.Read<ModelSpec>(Text(file, "spec"));
        string[] labels = Parse<string>(file, "labels");
        int[] input = Parse<int>(file, "input");
        double[] mean = Parse<double>(file, "mean"), deviation = Parse<double>(file, "standardDeviation");
        if (input.Length != 3 || input.Any(extent => extent is < 1 or > 65536) || mean.Length != input[0] || deviation.Length != input[0])
            throw new InvalidInputException("input", "is not [channels, height, width] with one mean and standard deviation per channel.");
        if (!mean.All(double.IsFinite) || !deviation.All(d => double.IsFinite(d) && d > 0))
            throw new InvalidInputException("standardDeviation", "the means must be finite, the standard deviations finite and above 0.");
        if (labels.Length == 0) throw new InvalidInputException("labels", "is empty.");

        var network = new Network(spec, new Shape(input[0], input[1], input[2]), labels.Length);
        var parameters = new FloatBuffer(network.Layout.Length);
        if (file.Tensors.Count != network.Layout.Parameters.Count)
            throw new InvalidInputException("tensors", $"the file has {file.Tensors.Count}, the network {network.Layout.Parameters.Count}.");
        foreach (PlacedParameter p in network.Layout.Parameters)
        {
            Tensor tensor = file[p.Name];
            if (!tensor.Shape.SequenceEqual(p.Parameter.Shape.Select(extent => (long)extent)))
                throw new InvalidInputException(p.Name, $"has shape [{string.Join(", ", tensor.Shape)}], the network needs [{string.Join(", ", p.Parameter.Shape)}].");
            tensor.Floats.CopyTo(p.In(parameters));
        }

        return new Model(network, labels, new Normalization(mean, deviation), parameters) { TestTimeAugmentation = ViewsIn(file) };
    }

    private Safetensors ToFile()
    {
        var file = new Safetensors();
        Shape input = Network.Input;
        file.Metadata["formatVersion"] = FormatVersion;
        file.Metadata["spec"] = SpecJson.Write(Network.Spec);
        file.Metadata["input"] = JsonSerializer.Serialize<int[]>([input.Channels, input.Height, input.Width]);
        file.Metadata["labels"] = JsonSerializer.Serialize(Labels);
        file.Metadata["mean"] = JsonSerializer.Serialize(Normalization.Mean);
        file.Metadata["standardDeviation"] = JsonSerializer.Serialize(Normalization.StandardDeviation);
        if (TestTimeAugmentation != TestTimeAugmentation.None) file.Metadata[ViewsField] = JsonSerializer.Serialize(TestTimeAugmentation, SpecJson.Options).Trim('"');
        foreach (PlacedParameter p in Network.Layout.Parameters)
            file.Add(p.Name, ElementType.F32, [.. p.Parameter.Shape.Select(extent => (long)extent)], p.BytesIn(Parameters));
        return file;
    }

    private static T[] Parse<T>(Safetensors file, string field)
    {
        try
        {
            return JsonSerializer.Deserialize<T[]>(Text(file, field)) ?? [];
        }
        catch (JsonException)
        {
            throw new InvalidInputException(field, "is not a JSON list of the right kind.");
        }
    }

    private static TestTimeAugmentation ViewsIn(Safetensors file)
    {
        if (!file.Metadata.TryGetValue(ViewsField, out string? text)) return TestTimeAugmentation.None;
        try
        {
            return JsonSerializer.Deserialize<TestTimeAugmentation>($"\"{text}\"", SpecJson.Options);
        }
        catch (JsonException)
        {
            throw new InvalidInputException(ViewsField, $"is {text}; this program knows none, mirror and mirror-translate.");
        }
    }

    private static string Text(Safetensors file, string field) => file.Metadata.TryGetValue(field, out string? value)
        ? value
        : throw new InvalidInputException(field, "this metadata is missing.");
}
