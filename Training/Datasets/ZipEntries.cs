using System.IO.Compression;

namespace CnnService.Training.Datasets;

/// <summary>The files of a .zip archive, under the limits of <see cref="DatasetFiles"/>; each is checked against its length and checksum.</summary>
internal static class ZipEntries
{
    private const int FileTypeBits = 0xF000, RegularFile = 0x8000, Folder = 0x4000; // of Unix modes, which archives of Unix keep

    /// <summary>The files of an archive in its order. The stream must be able to seek, and is left open.</summary>
    public static IEnumerable<DatasetFile> Of(Stream stream, string name, ContentLimit limit)
    {
        if (!stream.CanSeek) throw new ArgumentException("A .zip is read from its end: the stream must be able to seek.", nameof(stream));
        CheckEntryCount(stream, name);
        using ZipArchive archive = Open(stream, name);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string[] path = DatasetFiles.PathOf(entry.FullName, name);
            CheckKind(entry, name);
            if (DatasetFiles.IsHidden(path)) continue;
            if (entry.FullName[^1] is '/' or '\\')
            {
                yield return new DatasetFile("", Stream.Null) { Folders = path };
                continue;
            }

            using Stream packed = Open(entry, name);
            using var content = new ZipContent(packed, entry, stream.Length, name, limit);
            yield return DatasetFiles.IsGzip(path[^1])
                ? DatasetFiles.Single(content, path[^1], limit) with { Folders = path[..^1] }
                : new DatasetFile(path[^1], content) { Folders = path[..^1] };
        }
    }

    /// <summary>
    /// Each entry begins with this signature in the archive's directory, so there are no more entries than signatures. Counted before ZipArchive
    /// reads the directory as a whole, with some 300 bytes of memory for each entry of 47 bytes.
    /// </summary>
    private static void CheckEntryCount(Stream stream, string name)
    {
        ReadOnlySpan<byte> signature = "PK\u0001\u0002"u8;
        byte[] block = new byte[1 << 16];
        stream.Position = 0;
        for (int kept = 0, count = 0, length; (length = stream.Read(block, kept, block.Length - kept)) > 0;)
        {
            ReadOnlySpan<byte> read = block.AsSpan(0, kept + length);
            count += read.Count(signature);
            if (count > DatasetFiles.EntryLimit) throw new InvalidInputException(name, $"it has more than {DatasetFiles.EntryLimit} entries.");
            kept = Math.Min(signature.Length - 1, read.Length); // too short to be counted twice
            read[^kept..].CopyTo(block);
        }
    }

    private static ZipArchive Open(Stream stream, string name)
    {
        try
        {
            stream.Position = 0;
            var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            _ = archive.Entries; // reads the directory
            return archive;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new InvalidInputException(name, "it is not a whole zip archive: its directory cannot be read.");
        }
    }

    private static Stream Open(ZipArchiveEntry entry, string name)
    {
        if (entry.IsEncrypted) throw new InvalidInputException(name, $"its entry \"{entry.FullName}\" is encrypted; pack it without a password.");
        try
        {
            return entry.Open();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new InvalidInputException(name, $"its entry \"{entry.FullName}\" is damaged or packed in another way than stored or deflated.");
        }
    }

    private static void CheckKind(ZipArchiveEntry entry, string name)
    {
        int type = entry.ExternalAttributes >> 16 & FileTypeBits;
        if (type is not (0 or RegularFile or Folder))
            throw new InvalidInputException(name, $"its entry \"{entry.FullName}\" is a link or a device; only files and folders are read.");
    }

    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or OverflowException;

    /// <summary>The content of one entry: what ZipArchive does not check is checked here.</summary>
    private sealed class ZipContent(Stream source, ZipArchiveEntry entry, long archiveLength, string archive, ContentLimit limit)
        : ContentStream(source, archive, limit)
    {
        private uint checksum = uint.MaxValue;

        /// <inheritdoc/>
        public override int Read(Span<byte> buffer)
        {
            int length = base.Read(buffer);
            checksum = Crc32.Append(checksum, buffer[..length]);
            ContentLimit.CheckRatio(Limit!.Read, archiveLength, Name);
            if (BytesRead > entry.Length || (length == 0 && buffer.Length > 0 && (BytesRead < entry.Length || ~checksum != entry.Crc32)))
                throw new InvalidInputException(Name, $"its entry \"{entry.FullName}\" is damaged: its content has another length or checksum than the directory gives.");
            return length;
        }
    }
}

/// <summary>The checksum of zip archives (CRC-32 with the polynomial 0xEDB88320, as in RFC 1952): begin with all bits set, invert at the end.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Shift((uint)value))];

    /// <summary>The checksum with more bytes.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes) checksum = checksum >> 8 ^ Table[(byte)(checksum ^ value)];
        return checksum;
    }

    private static uint Shift(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ ((value & 1) == 0 ? 0 : 0xEDB88320);
        return value;
    }
}
