using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>
/// The files that make up a dataset, one after the other: of a folder (not its subfolders), of a zip or tar archive, or single ones. What
/// a file is its bytes tell before its name; what is packed by gzip is unpacked while it is read, and nothing is written to disk. Links,
/// devices and archives in archives are given with their refusal. Refused as a whole are paths that lead out of it, over 200,000 entries,
/// over 2 GB of content, and content of over 200 times its packed size.
/// </summary>
internal static class DatasetFiles
{
    /// <summary>The most entries an archive can have.</summary>
    public const int EntryLimit = 200_000;

    private const int PathLimit = 4096, DepthLimit = 100; // a few bytes in an archive become a string of memory for each folder
    private const string Nested = "is an archive itself; put its files into this one.";
    private static readonly string[] TarEndings = [".tar.gz", ".tgz", ".tar"], ZipEndings = [".zip"], GzipEndings = [".gz", ".tgz"];
    private static readonly string[] ArchiveEndings = [.. TarEndings, .. ZipEndings, ".7z", ".rar"];

    /// <summary>The files at the given paths: of folders in ordinal order of their names.</summary>
    public static IEnumerable<DatasetFile> At(params IEnumerable<string> paths)
    {
        var limit = new ContentLimit();
        foreach (string path in paths)
        {
            bool isFolder = Directory.Exists(path);
            if (!isFolder && !File.Exists(path)) throw new InvalidInputException(path, "there is no such file or folder.");

            string[] files = isFolder ? [.. Directory.EnumerateFiles(path).Where(file => !EndsWithAny(file, ArchiveEndings)).Order(StringComparer.Ordinal)] : [path];
            foreach (string file in files)
            {
                using FileStream stream = File.OpenRead(file);
                foreach (DatasetFile content in Of(stream, Path.GetFileName(file), names: null, limit)) yield return content;
            }
        }
    }

    /// <summary>The files of one stream, which is left open.</summary>
    /// <param name="stream">The bytes; must be able to seek where they are a zip archive.</param>
    /// <param name="name">The file's name, for refusals, and for what the bytes do not tell.</param>
    /// <param name="names">Reads the names of entries; null to find out.</param>
    public static IEnumerable<DatasetFile> Of(Stream stream, string name, EntryNames? names = null) => Of(stream, name, names, new ContentLimit());

    /// <summary>The same file, unpacked if it is packed by gzip, and refused if it is an archive.</summary>
    public static DatasetFile InArchive(DatasetFile file, ContentLimit limit)
    {
        DatasetFile plain = file.Kind == FileKind.Gzip
            ? new DatasetFile(file.Name, new UnpackedStream(file.Content, file.Name, limit)) { Folders = file.Folders, GuessedCodePage = file.GuessedCodePage }
            : file;
        bool isArchive = plain.Kind is FileKind.Zip or FileKind.Tar && !Path.HasExtension(file.Name); // many programs' files are zip archives by another name
        return isArchive || EndsWithAny(file.Name, ArchiveEndings) ? plain with { Refusal = Nested } : plain;
    }

    /// <summary>The folders and the name of an archive's entry; refuses those that would lead out of it.</summary>
    public static string[] PathOf(string entry, string archive)
    {
        if (entry.Length > PathLimit || entry.AsSpan().CountAny('/', '\\') > DepthLimit)
            throw new InvalidInputException(
                archive, $"its entry \"{entry.AsSpan(0, Math.Min(entry.Length, 100))}...\" has a path of over {PathLimit} characters or {DepthLimit} folders.");
        string[] parts = entry.Split('/', '\\');
        var names = new List<string>();
        bool isInside = parts[0].Length > 0 && !parts[0].EndsWith(':');
        foreach (string part in parts.Where(part => part is not ("" or ".")))
        {
            if (part != "..") names.Add(ComposedName.Of(part));
            else if (names.Count > 0) names.RemoveAt(names.Count - 1);
            else isInside = false;
        }

        if (!isInside)
            throw new InvalidInputException(archive, $"its entry \"{entry}\" has an absolute path or leads out of the archive; pack the folder from inside of it, with paths such as cats/1.png.");
        return names.Count > 0 ? [.. names] : ["."];
    }

    private static IEnumerable<DatasetFile> Of(Stream stream, string name, EntryNames? names, ContentLimit limit)
    {
        (Stream whole, FileKind kind) = Look(stream);
        bool isUnknown = kind == FileKind.Unknown;
        bool isNoArchive = isUnknown && stream.CanSeek && EndsWithAny(name, [.. TarEndings, .. ZipEndings, .. GzipEndings]);
        if (isNoArchive && stream.Length == 0) throw new InvalidInputException(name, "it is empty; an archive of 0 bytes was not written to its end.");
        if (isNoArchive && TextOf(stream) is { } text) throw new InvalidInputException(name, $"it is no archive but {text}.");
        if (kind == FileKind.Zip || (isUnknown && EndsWithAny(name, ZipEndings))) return ZipEntries.Of(stream, name, names, limit);
        if (kind == FileKind.Gzip || (isUnknown && EndsWithAny(name, GzipEndings))) return Unpacked(whole, name, names, limit, stream);
        return kind == FileKind.Tar || (isUnknown && EndsWithAny(name, TarEndings))
            ? new TarEntries(new ContentStream(whole, name, limit), name, names, NamesAgain(stream, name, packed => packed), limit).Read()
            : [new DatasetFile(name, new ContentStream(whole, name, limit)) { Length = stream.CanSeek ? stream.Length : null }];
    }

    private static IEnumerable<DatasetFile> Unpacked(Stream packed, string name, EntryNames? names, ContentLimit limit, Stream stream)
    {
        Func<IEnumerable<byte[]>>? again = NamesAgain(stream, name, from => new UnpackedStream(from, name, new ContentLimit()));
        using var content = new UnpackedStream(packed, name, limit);
        var headed = new HeadedStream(content);
        if (FileKinds.Of(headed.Head) == FileKind.Tar || EndsWithAny(name, TarEndings))
            foreach (DatasetFile file in new TarEntries(headed, name, names, again, limit).Read()) yield return file;
        else
            yield return new DatasetFile(name, headed);
    }

    // Reads the names of a tar archive from its beginning, while its files are read, whose place in the stream stays as it was.
    private static Func<IEnumerable<byte[]>>? NamesAgain(Stream stream, string name, Func<Stream, Stream> unpack)
    {
        if (!stream.CanSeek) return null;
        long start = stream.Position;
        return () =>
        {
            long place = stream.Position;
            stream.Position = start;
            byte[][] names = [.. new TarEntries(unpack(stream), name, names: null, again: null, new ContentLimit()).Names()];
            stream.Position = place;
            return names;
        };
    }

    // A stream that can seek is as it was before.
    private static (Stream Whole, FileKind Kind) Look(Stream stream)
    {
        if (!stream.CanSeek)
        {
            var headed = new HeadedStream(stream);
            return (headed, FileKinds.Of(headed.Head));
        }

        byte[] head = new byte[FileKinds.HeadLength];
        long start = stream.Position;
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = start;
        return (stream, FileKinds.Of(head.AsSpan(0, length)));
    }

    // The stream is as it was before.
    private static string? TextOf(Stream stream)
    {
        byte[] head = new byte[64];
        long start = stream.Position;
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = start;
        return FileKinds.TextIn(head.AsSpan(0, length));
    }

    private static bool EndsWithAny(string name, string[] endings) =>
        endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
