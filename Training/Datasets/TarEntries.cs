using System.Globalization;
using System.Text;
using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>
/// The files of a tar archive, as POSIX pax, GNU tar and their ancestors write it, under the limits of <see cref="DatasetFiles"/>. What is
/// neither file nor folder is given with its refusal; headers that stand for nothing in the tree (global ones, volume labels, lists of
/// incremental backups) are passed over.
/// </summary>
/// <param name="tar">The archive, unpacked.</param>
/// <param name="archive">Its name, for refusals.</param>
/// <param name="names">Reads the names; null to find out.</param>
/// <param name="again">Begins another reading of the same archive, for its names alone; null where it cannot be read twice.</param>
/// <param name="limit">The content that has been read.</param>
internal sealed class TarEntries(Stream tar, string archive, EntryNames? names, Func<IEnumerable<byte[]>>? again, ContentLimit limit)
{
    private const int ExtendedLimit = 1 << 20; // bytes of a path or an extended header
    private const string Sparse = "GNU.sparse.";
    private readonly byte[] block = new byte[TarHeader.Length];
    private byte[]? longPath; // of the next entry
    private Dictionary<string, byte[]> extended = []; // of the next entry

    /// <summary>The files in the archive's order; afterwards the stream is at its end.</summary>
    public IEnumerable<DatasetFile> Read() => Entries().Select(entry => FileOf(entry.Type, entry.Name, entry.Content));

    /// <summary>The names in the archive's order, as they are.</summary>
    public IEnumerable<byte[]> Names() => Entries().Select(entry => entry.Name);

    private IEnumerable<(char Type, byte[] Name, EntryContent Content)> Entries()
    {
        for (int count = 0; ReadHeader();)
        {
            if (++count > DatasetFiles.EntryLimit) throw new InvalidInputException(archive, $"it has more than {DatasetFiles.EntryLimit} entries.");
            var header = new TarHeader(block);
            (char type, long size, byte[] path) = (header.Type, SizeOf(header), header.Path);
            if (type is 'L' or 'x')
            {
                byte[] content = ReadExtended(size);
                if (type == 'L') longPath = content.AsSpan().TrimEnd((byte)0).ToArray();
                else extended = Records(content);
                continue;
            }

            if (type == 'S') SkipSparseMap();
            using var entry = new EntryContent(tar, size, archive);
            if (type is not ('K' or 'g' or 'V' or 'N' or 'D' or 'X'))
                yield return (type, extended.GetValueOrDefault(Sparse + "name") ?? extended.GetValueOrDefault("path") ?? longPath ?? path, entry);
            entry.SkipToEnd();
            if (type != 'K') (longPath, extended) = (null, []); // the path of a link's target, which comes before the path or after it
        }

        tar.CopyTo(Stream.Null); // padding, and the checksum of a packed archive behind it
    }

    private DatasetFile FileOf(char type, byte[] bytes, EntryContent content)
    {
        if (names is null && !EntryNames.IsUtf8(bytes)) names = EntryNames.Detect([.. again?.Invoke() ?? [bytes]], utf8Stays: true);
        (string name, string? guess) = (names ?? EntryNames.Unknown).Decode(bytes);
        string[] parts = DatasetFiles.PathOf(name, archive);
        bool isFolder = type == '5' || (type is '\0' or '0' && name.EndsWith('/'));
        if (isFolder) return DatasetFile.OfFolder(parts);
        var file = new DatasetFile(parts[^1], content) { Folders = parts[..^1], Length = content.Size, GuessedCodePage = guess };
        string? refusal = extended.Keys.Any(key => key.StartsWith(Sparse, StringComparison.Ordinal)) ? RefusalOf('S') : RefusalOf(type);
        return refusal is null ? DatasetFiles.InArchive(file, limit) : file with { Refusal = refusal };
    }

    private static string? RefusalOf(char type) => type switch
    {
        '\0' or '0' or '7' => null,
        '1' => "is a hard link; put the file itself there (tar: --hard-dereference).",
        '2' => "is a symbolic link; put the file itself there (tar: --dereference).",
        '3' => "is a device; only files and folders are read.",
        '4' => "is a device; only files and folders are read.",
        '6' => "is a pipe; only files and folders are read.",
        'M' => "goes on from another volume; pack it in one archive.",
        'S' => "is a sparse file; pack it without --sparse.",
        _ => $"is an entry of the type '{type}'; only files and folders are read.",
    };

    // False at the archive's end, which a block of zeros marks.
    private bool ReadHeader()
    {
        int length = tar.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
        if (length == 0 && longPath is null && extended.Count == 0) return false; // without the mark, as some write it
        if (length < block.Length) throw Broken();
        if (!block.AsSpan().ContainsAnyExcept((byte)0)) return false;
        return TarHeader.IsOne(block) ? true : throw Broken();
    }

    // Where GNU's sparse file does not list its holes in the header alone, blocks with more of them come before the content.
    private void SkipSparseMap()
    {
        const int moreInHeader = 482, moreInMap = 504;
        for (bool more = block[moreInHeader] != 0; more; more = block[moreInMap] != 0)
            if (tar.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) < block.Length) throw Broken();
    }

    private long SizeOf(TarHeader header)
    {
        if (header.Type is >= '1' and <= '6') return 0; // links and devices tell sizes that they do not have
        if (header.Type is not ('x' or 'g' or 'L' or 'K') && extended.TryGetValue("size", out byte[]? text))
            return long.TryParse(Encoding.UTF8.GetString(text), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : throw Broken();
        return header.Size is >= 0 and long given ? given : throw Broken();
    }

    private byte[] ReadExtended(long size)
    {
        if (size > ExtendedLimit) throw new InvalidInputException(archive, $"an entry's extended header has {size} bytes; {ExtendedLimit} are read.");
        using var content = new EntryContent(tar, size, archive);
        byte[] bytes = new byte[size];
        content.ReadExactly(bytes);
        content.SkipToEnd();
        return bytes;
    }

    // "length key=value\n" of pax, of those that are looked at.
    private Dictionary<string, byte[]> Records(byte[] content)
    {
        var records = new Dictionary<string, byte[]>();
        for (ReadOnlySpan<byte> rest = content; rest.Length > 0;)
        {
            int blank = rest.IndexOf((byte)' '), equals = rest.IndexOf((byte)'=');
            if (blank < 1 || equals < blank
                || !int.TryParse(rest[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= equals || length > rest.Length || rest[length - 1] != '\n')
                throw Broken();
            string key = Encoding.UTF8.GetString(rest[(blank + 1)..equals]);
            if (key is "path" or "size" || key.StartsWith(Sparse, StringComparison.Ordinal)) records[key] = rest[(equals + 1)..(length - 1)].ToArray();
            rest = rest[length..];
        }

        return records;
    }

    private InvalidInputException Broken() => new(
        archive, "it is not a whole tar archive: an entry's header cannot be read, or its content is cut off; download or pack it again.");

    /// <summary>The content of one entry, with the padding behind it.</summary>
    private sealed class EntryContent(Stream tar, long size, string archive) : ContentStream(tar, archive, limit: null)
    {
        public long Size => size;

        public override int Read(Span<byte> buffer)
        {
            int wanted = (int)Math.Min(buffer.Length, size - BytesRead);
            int length = base.Read(buffer[..wanted]);
            return length > 0 || wanted == 0 ? length : throw CutOff();
        }

        public void SkipToEnd()
        {
            CopyTo(Null);
            Span<byte> padding = stackalloc byte[TarHeader.Length];
            padding = padding[..(int)(-size & (TarHeader.Length - 1))];
            if (Source.ReadAtLeast(padding, padding.Length, throwOnEndOfStream: false) < padding.Length) throw CutOff();
        }

        private InvalidInputException CutOff() => new(Name, "it is not a whole tar archive: an entry's content is cut off; download or pack it again.");
    }
}
