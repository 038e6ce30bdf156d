using System.Text;

namespace CnnService.Training.Datasets;

/// <summary>
/// A file format of datasets. Every subclass in this assembly is a known format: a new one is a new file. An instance reads one dataset: it is
/// given the files it knows, one after the other in the order of their archive, and then asked for the whole. A program can bring more formats.
/// </summary>
public abstract class DatasetFormat
{
    private const int NamesLimit = 64 * 1024;

    /// <summary>The height and width of every image that a format gives.</summary>
    protected const int Side = 32;

    /// <summary>The format and the names of its files, for the person whose file is not known.</summary>
    public abstract string Description { get; }

    /// <summary>Whether a file of this name (without folders, and without .gz) belongs to this format.</summary>
    public abstract bool Knows(string name);

    /// <summary>Reads one file that the format knows, to its end.</summary>
    public abstract void Add(DatasetFile file);

    /// <summary>Told of each folder that an archive lists, whatever is in it; does nothing unless a format cares.</summary>
    public virtual void AddFolder(IReadOnlyList<string> path)
    {
    }

    /// <summary>The dataset of all files read.</summary>
    /// <param name="source">The name of the archive or folder, for refusals that concern it all.</param>
    public abstract Dataset Build(string source);

    /// <summary>Reads files in the format that knows the first of them; those it does not know are left out.</summary>
    internal static Dataset Read(IEnumerable<DatasetFile> files, string source, ReadOnlySpan<DatasetFormat> more)
    {
        DatasetFormat[] formats = [.. more, .. Known()];
        DatasetFormat? format = null;
        foreach (DatasetFile file in files)
        {
            if (file.IsFolder) foreach (DatasetFormat known in formats) known.AddFolder(file.Folders);
            if (file.IsFolder) continue;
            format ??= formats.FirstOrDefault(known => known.Knows(file.PlainName));
            if (format is not null && format.Knows(file.PlainName)) format.Add(file);
        }

        string descriptions = string.Join("; ", formats.Select(known => known.Description));
        return format is null
            ? throw new InvalidInputException(source, $"it holds no file of a known dataset format. Known are {descriptions}.")
            : format.Build(source);
    }

    /// <summary>The class names when no file gives any: "0" to "9".</summary>
    protected static string[] DigitNames() => [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];

    /// <summary>Class names from a text file in UTF-8: one a line, blank lines left out.</summary>
    protected static string[] ReadNames(DatasetFile file)
    {
        byte[] text = new byte[NamesLimit];
        int length = file.Content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (length == NamesLimit) throw new InvalidInputException(file.Name, $"it has {NamesLimit} bytes or more, too many for class names.");

        string[] names = Encoding.UTF8.GetString(text, 0, length).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > Dataset.MaximumClasses)
            throw new InvalidInputException(file.Name, $"it holds {names.Length} class names; 1 to {Dataset.MaximumClasses} are possible, one a line.");
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new InvalidInputException(file.Name, "it holds a class name twice.");
    }

    private static DatasetFormat[] Known() =>
    [
        .. typeof(DatasetFormat).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DatasetFormat)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(type => (DatasetFormat)Activator.CreateInstance(type)!),
    ];
}
