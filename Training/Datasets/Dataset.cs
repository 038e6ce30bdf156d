using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>Labelled images with their class names: a training part and, where given, a test part. It never changes.</summary>
public sealed partial class Dataset
{
    /// <summary>The most classes a dataset can have: labels are bytes in every format.</summary>
    public const int MaximumClasses = 256;

    /// <summary>A dataset of the given parts; reads every pixel once for <see cref="Sha256"/> and the statistics.</summary>
    /// <param name="labels">The class names in the order of their indices: 1 to 256, each different and not blank.</param>
    /// <param name="train">The training part, at least one image of 1 or 3 channels.</param>
    /// <param name="test">The test part in the same shape, or nothing.</param>
    /// <exception cref="InvalidInputException">No training images, or class names that are too many, repeated or blank.</exception>
    /// <exception cref="ArgumentException">Parts that do not fit each other or the class names.</exception>
    public Dataset(IEnumerable<string> labels, ImageSet train, ImageSet? test = null)
    {
        Labels = [.. labels];
        Train = train;
        Test = test ?? ImageSet.Empty(train.Shape);
        CheckNames();
        CheckParts();

        var histograms = new ByteHistograms(Train);
        Mean = histograms.Mean;
        StandardDeviation = histograms.StandardDeviation;
        Sha256 = HashOfContent();
    }

    /// <summary>The class names in the order of their indices.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>(C, H, W) of every image; the formats give (1, 32, 32) or (3, 32, 32).</summary>
    public Shape Shape => Train.Shape;

    /// <summary>The images to learn from.</summary>
    public ImageSet Train { get; }

    /// <summary>The images kept for the end; may be empty.</summary>
    public ImageSet Test { get; }

    /// <summary>The mean of each channel over the training part, in 0 to 1: bytes divided by 255.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>The population standard deviation of each channel over the training part, in 0 to 0.5: bytes divided by 255.</summary>
    public IReadOnlyList<double> StandardDeviation { get; }

    /// <summary>
    /// SHA-256 of the content, which is what <see cref="WriteTo"/> writes, in 64 hexadecimal digits, lower case.
    /// </summary>
    public string Sha256 { get; }

    /// <summary>
    /// Reads a dataset from a folder, a .tar.gz or .zip archive, a single file, or several files that belong together, such as IDX images and labels.
    /// The format is found by the names of the files.
    /// </summary>
    /// <exception cref="InvalidInputException">Nothing is there, nothing is known, or a file is not what its format wants.</exception>
    public static Dataset Open(params ReadOnlySpan<string> paths)
    {
        ArgumentOutOfRangeException.ThrowIfZero(paths.Length, nameof(paths));
        return DatasetFormat.Read(DatasetFiles.At(paths.ToArray()), Path.GetFileName(paths[0].TrimEnd('/', '\\')), []);
    }

    /// <summary>Reads a dataset from a stream, such as an upload, to its end; nothing is written to disk.</summary>
    /// <param name="stream">The file's bytes; it is left open, and need not seek unless it is a .zip.</param>
    /// <param name="name">The file's name, which tells the format: <c>cifar-10-binary.tar.gz</c>.</param>
    /// <param name="more">Formats besides the library's own, asked before them; each instance reads one dataset.</param>
    /// <exception cref="InvalidInputException">The name is not known, or the file is not what its format wants.</exception>
    public static Dataset Read(Stream stream, string name, params ReadOnlySpan<DatasetFormat> more) =>
        DatasetFormat.Read(DatasetFiles.Of(stream, name), name, more);

    private void CheckNames()
    {
        if (Labels.Count is 0 or > MaximumClasses)
            throw new InvalidInputException("classes", $"there are {Labels.Count} class names; a dataset has 1 to {MaximumClasses}.");
        if (Labels.Any(string.IsNullOrWhiteSpace)) throw new InvalidInputException("classes", "a class name is blank.");
        if (Labels.CountBy(name => name, StringComparer.Ordinal).FirstOrDefault(name => name.Value > 1).Key is { } twice)
            throw new InvalidInputException("classes", $"two classes are named \"{twice}\".");
    }

    private void CheckParts()
    {
        if (Train.Count == 0) throw new InvalidInputException("train", "there are no training images; at least one is needed.");
        if (Shape.Channels is not (1 or 3)) throw new ArgumentException($"Images have 1 or 3 channels, not {Shape.Channels}.");
        if (Test.Shape != Shape) throw new ArgumentException($"Test images have shape {Test.Shape}, training images {Shape}.");
        foreach (ImageSet part in (ImageSet[])[Train, Test])
            foreach (int label in part.Labels)
                if (label >= Labels.Count) throw new ArgumentException($"Label {label} has no name: there are {Labels.Count} classes.");
    }
}
