using System.Text;
using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>
/// A file format of datasets. Every subclass in this assembly is a known format: a new one is a new file. An instance reads one dataset: it is
/// given the files it knows, one after the other in the order of their archive, and then asked for the whole, if the archive holds more of its
/// images than of any other format's. A program can bring more formats.
/// </summary>
public abstract class DatasetFormat
{
    private const int NamesLimit = 64 * 1024;

    /// <summary>The reason to leave out a file that is there already.</summary>
    protected const string GivenTwice = "is given twice with the same content; it was taken once.";

    private readonly List<RefusedFile> refused = [];

    /// <summary>The height and width of every image that the format is to give, 8 to 128 pixels.</summary>
    protected internal int Size { get; internal set; } = Dataset.DefaultSize;

    /// <summary>The format and the names of its files, for the person whose file is not known.</summary>
    public abstract string Description { get; }

    /// <summary>The layout that was seen, in words, such as "IDX files"; complete after <see cref="Build"/>.</summary>
    public abstract string Layout { get; }

    /// <summary>The number of images read so far.</summary>
    public abstract int Images { get; }

    /// <summary>The width in pixels of the border of zeros that the images got around them, as the format has smaller ones.</summary>
    public virtual int Border => 0;

    /// <summary>The warnings of the format's own; complete after <see cref="Build"/>.</summary>
    public virtual IReadOnlyList<DatasetWarning> Warnings => [];

    /// <summary>The path of the file that one image came from, where each has its own; known after <see cref="Build"/>.</summary>
    /// <param name="isTest">Whether the image is of the test part.</param>
    /// <param name="index">Its index there.</param>
    public virtual string? FileOf(bool isTest, int index) => null;

    /// <summary>The files that were left out one by one, and why; complete after <see cref="Build"/>.</summary>
    public IReadOnlyList<RefusedFile> Refused => refused;

    /// <summary>Whether a file belongs to this format: by its bytes where they tell, and by its name.</summary>
    public abstract bool Knows(DatasetFile file);

    /// <summary>Whether there is no dataset without this file, where it is not as it should be; otherwise it is left out alone.</summary>
    public virtual bool Needs(DatasetFile file) => true;

    /// <summary>Reads one file that the format knows, to its end.</summary>
    public abstract void Add(DatasetFile file);

    /// <summary>
    /// Told of each folder that an archive lists or that holds a file, whatever that is; of those that systems leave, and of hidden ones, the
    /// folder above them. Does nothing unless a format cares.
    /// </summary>
    public virtual void AddFolder(IReadOnlyList<string> path)
    {
    }

    /// <summary>The dataset of all files read.</summary>
    /// <param name="source">The name of the archive or folder, for refusals that concern it all.</param>
    public abstract Dataset Build(string source);

    /// <summary>Leaves a file out.</summary>
    protected void Refuse(string path, string reason) => refused.Add(new RefusedFile(path, reason));

    /// <summary>One of each that is known, for one dataset.</summary>
    internal static DatasetFormat[] Known() =>
    [
        .. typeof(DatasetFormat).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DatasetFormat)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (DatasetFormat)Activator.CreateInstance(type)!),
    ];

    /// <summary>The class names when no file gives any: "0" to "9".</summary>
    protected static string[] DigitNames() => [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];

    /// <summary>Class names from a text file in UTF-8, or in another Unicode with its byte order mark: one a line, blank lines left out.</summary>
    protected static string[] ReadNames(DatasetFile file)
    {
        byte[] text = new byte[NamesLimit];
        int length = file.Content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (length == NamesLimit) throw new InvalidInputException(file.Name, $"it has {NamesLimit} bytes or more, too many for class names.");

        string[] names = TextOf(file, text, length).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > Dataset.MaximumClasses)
            throw new InvalidInputException(file.Name, $"it holds {names.Length} class names; 1 to {Dataset.MaximumClasses} are possible, one a line.");
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new InvalidInputException(file.Name, "it holds a class name twice.");
    }

    private static string TextOf(DatasetFile file, byte[] bytes, int length)
    {
        try
        {
            using var reader = new StreamReader(
                new MemoryStream(bytes, 0, length), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            string text = reader.ReadToEnd();
            if (!text.Contains('\0', StringComparison.Ordinal)) return text;
        }
        catch (DecoderFallbackException)
        {
            // refused below
        }

        throw new InvalidInputException(file.Name, "it is no text in UTF-8; save it as UTF-8.");
    }
}
