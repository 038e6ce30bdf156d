using System.Formats.Tar;

namespace CnnService.Training.Datasets;

/// <summary>One file of a dataset; its content can be read until the next file is asked for.</summary>
/// <param name="Name">The file's own name, without folders.</param>
/// <param name="Content">Its bytes, unpacked if it is a .gz; read forward only.</param>
public readonly record struct DatasetFile(string Name, Stream Content)
{
    /// <summary>The folders of an archive in which the file lies, the outermost first.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Folders and name, as people write them.</summary>
    public string Path => string.Join('/', [.. Folders, Name]);

    /// <summary>Whether it stands for the folder itself.</summary>
    internal bool IsFolder => Name.Length == 0;

    /// <summary>The name without .gz, by which formats know their files.</summary>
    public string PlainName => DatasetFiles.IsGzip(Name) ? Name[..^".gz".Length] : Name;
}

/// <summary>
/// The files that make up a dataset, one after the other: of a folder (not its subfolders, and no archives in it), of a .tar.gz or .zip archive, or
/// single ones; .gz files are unpacked while they are read, and nothing is written to disk. Refused are links and devices, absolute paths and "..",
/// archives in archives, over 200,000 entries, over 2 GB of content, and content of over 200 times its packed size. Files and folders whose names
/// begin with a dot are left out, as is what macOS adds to an archive (__MACOSX).
/// </summary>
internal static class DatasetFiles
{
    /// <summary>The most entries an archive can have.</summary>
    public const int EntryLimit = 200_000;

    private static readonly string[] TarEndings = [".tar.gz", ".tgz"], ZipEndings = [".zip"], NestedEndings = [".tar.gz", ".tgz", ".tar", ".zip", ".7z", ".rar"];

    /// <summary>The files at the given paths: of folders in ordinal order of their names.</summary>
    public static IEnumerable<DatasetFile> At(params IEnumerable<string> paths)
    {
        var limit = new ContentLimit();
        foreach (string path in paths)
        {
            bool isFolder = Directory.Exists(path);
            if (!isFolder && !File.Exists(path)) throw new InvalidInputException(path, "there is no such file or folder.");

            string[] files = isFolder ? [.. Directory.EnumerateFiles(path).Where(IsPlainFile).Order(StringComparer.Ordinal)] : [path];
            foreach (string file in files)
            {
                using FileStream stream = File.OpenRead(file);
                foreach (DatasetFile content in Of(stream, Path.GetFileName(file), limit)) yield return content;
            }
        }
    }

    /// <summary>The files of one stream, which is left open.</summary>
    public static IEnumerable<DatasetFile> Of(Stream stream, string name) => Of(stream, name, new ContentLimit());

    /// <summary>Whether a name says that the content is packed by gzip.</summary>
    public static bool IsGzip(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static bool IsPlainFile(string path) => !EndsWithAny(path, NestedEndings) && !Path.GetFileName(path).StartsWith('.');

    private static IEnumerable<DatasetFile> Of(Stream stream, string name, ContentLimit limit) =>
        EndsWithAny(name, TarEndings) ? Entries(new UnpackedStream(stream, name, limit), name, limit)
        : EndsWithAny(name, ZipEndings) ? ZipEntries.Of(stream, name, limit)
        : [Single(stream, name, limit)];

    /// <summary>A file's own content, unpacked if its name says that it is packed.</summary>
    public static DatasetFile Single(Stream stream, string name, ContentLimit limit) =>
        new(name, IsGzip(name) ? new UnpackedStream(stream, name, limit) : new ContentStream(stream, name, limit));

    private static IEnumerable<DatasetFile> Entries(UnpackedStream archive, string name, ContentLimit limit)
    {
        using UnpackedStream tar = archive;
        using var reader = new TarReader(tar, leaveOpen: true);
        int count = 0;
        while (Next(reader, name) is { } entry)
        {
            if (++count > EntryLimit) throw new InvalidInputException(name, $"it has more than {EntryLimit} entries.");
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory))
                throw new InvalidInputException(name, $"its entry \"{entry.Name}\" is a {entry.EntryType}; only files and folders are read.");
            string[] path = PathOf(entry.Name, name);
            if (IsHidden(path)) continue;
            var content = new ContentStream(entry.DataStream ?? Stream.Null, name, limit: null); // counted by the archive's stream
            yield return entry.EntryType == TarEntryType.Directory ? new DatasetFile("", Stream.Null) { Folders = path }
                : IsGzip(path[^1]) ? Single(content, path[^1], limit) with { Folders = path[..^1] }
                : new DatasetFile(path[^1], content) { Folders = path[..^1] };
        }

        tar.CopyTo(Stream.Null); // the packed data's checksum is behind the last entry
    }

    private static TarEntry? Next(TarReader reader, string name)
    {
        try
        {
            return reader.GetNextEntry();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or InvalidOperationException
                                      or NotSupportedException or OverflowException)
        {
            throw new InvalidInputException(
                name, "it is not a whole tar archive: an entry's header cannot be read, or its content is cut off.");
        }
    }

    /// <summary>The folders and the name of an archive's entry; refuses those that are archives, or that would lead out of it.</summary>
    public static string[] PathOf(string entry, string archive)
    {
        if (EndsWithAny(entry, NestedEndings))
            throw new InvalidInputException(archive, $"its entry \"{entry}\" is an archive itself; put its files into this one.");

        string[] parts = entry.Split('/', '\\');
        if (parts[0].Length == 0 || parts[0].EndsWith(':') || parts.Contains(".."))
            throw new InvalidInputException(archive, $"its entry \"{entry}\" has an absolute path or leads out of the archive.");
        string[] names = [.. parts.Where(part => part is not ("" or "."))];
        return names.Length > 0 ? names : ["."];
    }

    /// <summary>Whether a path is one of those that are left out.</summary>
    public static bool IsHidden(string[] path) => path.Any(part => part.StartsWith('.') || part == "__MACOSX");

    private static bool EndsWithAny(string name, string[] endings) =>
        endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
