using System.IO.Compression;
using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>The files of a .zip archive, under the limits of <see cref="DatasetFiles"/>; each is checked against its length and checksum.</summary>
internal static class ZipEntries
{
    private const int FileTypeBits = 0xF000, RegularFile = 0x8000, Folder = 0x4000; // of Unix modes, which archives of Unix keep
    private const string Unpackable = "is damaged, or packed in another way than stored or deflated; pack it as an ordinary .zip.";

    /// <summary>The files of an archive in its order. The stream must be able to seek, and is left open.</summary>
    public static IEnumerable<DatasetFile> Of(Stream stream, string name, EntryNames? names, ContentLimit limit)
    {
        if (!stream.CanSeek) throw new ArgumentException("A .zip is read from its end: the stream must be able to seek.", nameof(stream));
        CheckEntryCount(stream, name);
        using ZipArchive archive = Open(stream, name);
        if (ZipNames.Read(stream, names) is not { } paths || paths.Length != archive.Entries.Count) throw Broken(name);
        foreach ((ZipArchiveEntry entry, (string path, string? guess)) in archive.Entries.Zip(paths))
        {
            string[] parts = DatasetFiles.PathOf(path, name);
            if (path.EndsWith('/') || path.EndsWith('\\')) yield return DatasetFile.OfFolder(parts);
            else if (RefusalOf(entry) is { } refusal) yield return Refused(refusal);
            else if (Open(entry) is not { } packed) yield return Refused(Unpackable);
            else
            {
                using var content = new ZipContent(packed, entry, parts[^1], stream.Length, name, limit);
                var file = new DatasetFile(parts[^1], content) { Folders = parts[..^1], Length = entry.Length, GuessedCodePage = guess };
                yield return DatasetFiles.InArchive(file, limit);
            }

            DatasetFile Refused(string reason) => new(parts[^1], Stream.Null) { Folders = parts[..^1], GuessedCodePage = guess, Refusal = reason };
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
            throw Broken(name);
        }
    }

    private static InvalidInputException Broken(string name) => new(name, "it is not a whole zip archive: its directory, at its end, cannot be read; download or pack it again, and join a split one (zip -s 0 split.zip --out whole.zip).");

    // Null where its own header is damaged, or it is packed otherwise.
    private static Stream? Open(ZipArchiveEntry entry)
    {
        try
        {
            return entry.Open();
        }
        catch (Exception e) when (IsDamage(e))
        {
            return null;
        }
    }

    private static string? RefusalOf(ZipArchiveEntry entry)
    {
        if (entry.IsEncrypted) return "is encrypted; pack it without a password.";
        int type = entry.ExternalAttributes >> 16 & FileTypeBits;
        return type is 0 or RegularFile or Folder ? null : "is a link or a device; only files and folders are read.";
    }

    private static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or OverflowException;

    /// <summary>The content of one entry: what ZipArchive does not check is checked here. Damage is the entry's own, limits are the archive's.</summary>
    private sealed class ZipContent(Stream source, ZipArchiveEntry entry, string file, long archiveLength, string archive, ContentLimit limit)
        : ContentStream(source, archive, limit)
    {
        private uint checksum = uint.MaxValue;

        /// <inheritdoc/>
        public override int Read(Span<byte> buffer)
        {
            int length = base.Read(buffer);
            checksum = Crc32.Append(checksum, buffer[..length]);
            ContentLimit.CheckRatio(Limit!.Read, archiveLength, Name);
            bool isWhole = BytesRead == entry.Length && ~checksum == entry.Crc32;
            return BytesRead > entry.Length || (length == 0 && buffer.Length > 0 && !isWhole) ? throw Damage() : length;
        }

        /// <inheritdoc/>
        protected override InvalidInputException Damage() =>
            new(file, "is damaged: its content has another length or checksum than the archive's directory gives.");

        /// <inheritdoc/>
        protected override void Dispose(bool disposing)
        {
            if (disposing) Source.Dispose();
            base.Dispose(disposing);
        }
    }
}
