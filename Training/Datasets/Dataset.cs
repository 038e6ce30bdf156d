using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>Labelled images with their class names: a training part and, where given, a test part. It never changes.</summary>
public sealed partial class Dataset
{
    /// <summary>The most classes a dataset can have: labels are bytes in every format.</summary>
    public const int MaximumClasses = 256;

    /// <summary>The height and width of images where nobody gives another, the smallest and the largest, in pixels.</summary>
    public const int DefaultSize = 32, SmallestSize = 8, LargestSize = 128;

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

    /// <summary>(C, H, W) of every image; the formats give 1 or 3 channels, and the size that was asked for.</summary>
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
    /// Reads a dataset from a folder, a zip or tar archive, a single file, or several files that belong together, such as IDX images and labels.
    /// The format is found by the bytes and the names of the files.
    /// </summary>
    /// <exception cref="InvalidInputException">Nothing is there, nothing is known, or a file is not what its format wants.</exception>
    public static Dataset Open(params ReadOnlySpan<string> paths)
    {
        ArgumentOutOfRangeException.ThrowIfZero(paths.Length, nameof(paths));
        return Strictly(DatasetFiles.At(paths.ToArray()), Path.GetFileName(paths[0].TrimEnd('/', '\\')), []);
    }

    /// <summary>
    /// Reads a dataset from a stream, such as a file, to its end; nothing is written to disk. Files of no known format are left out; links,
    /// devices and archives in an archive are refused.
    /// </summary>
    /// <param name="stream">The file's bytes; it is left open, and need not seek unless it is a zip archive.</param>
    /// <param name="name">The file's name, for refusals, and for what its bytes do not tell: <c>cifar-10-binary.tar.gz</c>.</param>
    /// <param name="more">Formats besides the library's own, asked before them; each instance reads one dataset.</param>
    /// <exception cref="InvalidInputException">It is of no known format, or not what its format wants.</exception>
    public static Dataset Read(Stream stream, string name, params ReadOnlySpan<DatasetFormat> more) =>
        Strictly(DatasetFiles.Of(stream, name), name, more);

    /// <summary>The same, with a report on every file; what cannot be read is left out one by one.</summary>
    /// <param name="stream">The file's bytes; it is left open, and need not seek unless it is a zip archive.</param>
    /// <param name="name">The file's name, for refusals, and for what its bytes do not tell.</param>
    /// <param name="options">The code page of names, and the images' size.</param>
    /// <param name="more">Formats besides the library's own, asked before them; each instance reads one dataset.</param>
    /// <exception cref="InvalidInputException">It is no archive that can be read, or holds nothing of a known format.</exception>
    /// <exception cref="ImportRefusedException">Its files make no dataset.</exception>
    /// <exception cref="ArgumentException">There is no such code page.</exception>
    public static DatasetImport Import(Stream stream, string name, ImportOptions options, params ReadOnlySpan<DatasetFormat> more)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, SmallestSize, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, LargestSize, nameof(options));
        EntryNames? names = options.CodePage is null
            ? null
            : EntryNames.Of(options.CodePage) ?? throw new ArgumentException($"There is no code page \"{options.CodePage}\".", nameof(options));
        var importer = new DatasetImporter(name, options.Size, [.. more, .. DatasetFormat.Known()]);
        foreach (DatasetFile file in DatasetFiles.Of(stream, name, names)) importer.Add(file);
        return importer.Complete();
    }

    /// <summary>Whether there is a code page of that name, such as <c>ibm866</c>, for the names of an archive's entries.</summary>
    public static bool KnowsCodePage(string name) => EntryNames.Of(name) is not null;

    private static Dataset Strictly(IEnumerable<DatasetFile> files, string name, ReadOnlySpan<DatasetFormat> more)
    {
        var importer = new DatasetImporter(name, DefaultSize, [.. more, .. DatasetFormat.Known()]);
        foreach (DatasetFile file in files)
        {
            if (file.Refusal is { } reason) throw new InvalidInputException(name, $"its entry \"{file.Path}\" {reason}");
            importer.Add(file);
        }

        try
        {
            return importer.Complete().Dataset;
        }
        catch (ImportRefusedException e)
        {
            throw e.Cause;
        }
    }

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
