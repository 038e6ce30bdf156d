using System.Buffers.Binary;

namespace CnnService.Training.Datasets;

/// <summary>
/// The names of a zip archive's entries as its directory has them, which ZipArchive shows only decoded: raw bytes, whether they are flagged
/// as UTF-8, and the field that gives them in Unicode (PKWARE's APPNOTE.TXT, sections 4.3.12 and 4.6.9).
/// </summary>
internal static class ZipNames
{
    private const int EndLength = 22, End64LocatorLength = 20, RecordLength = 46, CommentLimit = ushort.MaxValue, Utf8Flag = 1 << 11;
    private const ushort UnicodePath = 0x7075;
    private const uint End = 0x06054b50, End64Locator = 0x07064b50, Record = 0x02014b50;

    /// <summary>
    /// The names in the directory's order, in the encoding that is given, or else found; null where the directory is not whole.
    /// </summary>
    public static EntryName[]? Read(Stream archive, EntryNames? given)
    {
        try
        {
            (byte[] Name, byte[]? Utf8)[] entries = [.. Entries(archive)];
            EntryNames names = given ?? EntryNames.Detect([.. entries.Where(entry => entry.Utf8 is null).Select(entry => entry.Name)]);
            return [.. entries.Select(entry => entry.Utf8 is { } utf8 ? names.DecodeUtf8(utf8) : names.Decode(entry.Name))];
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static IEnumerable<(byte[] Name, byte[]? Utf8)> Entries(Stream archive)
    {
        (long count, long position) = FindDirectory(archive);
        byte[] record = new byte[RecordLength];
        for (archive.Position = position; count > 0; count--)
        {
            archive.ReadExactly(record);
            if (BinaryPrimitives.ReadUInt32LittleEndian(record) != Record) throw new EndOfStreamException();
            int flags = At(record, 8);
            byte[] name = new byte[At(record, 28)], extra = new byte[At(record, 30)];
            archive.ReadExactly(name);
            archive.ReadExactly(extra);
            archive.Position += At(record, 32); // a comment
            yield return (name, (flags & Utf8Flag) != 0 ? name : UnicodePathIn(extra, name));
        }
    }

    // The end's record is behind everything but the archive's comment. Larger archives have one of 64 bits, to which a locator before it leads.
    private static (long Count, long Position) FindDirectory(Stream archive)
    {
        int length = (int)Math.Min(archive.Length, End64LocatorLength + EndLength + CommentLimit);
        byte[] tail = new byte[length];
        archive.Position = archive.Length - length;
        archive.ReadExactly(tail);
        for (int start = length - EndLength; start >= 0; start--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(start);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != End) continue;
            if (At(end, 4) is not (0 or ushort.MaxValue)) throw new EndOfStreamException(); // the last part of a split archive
            int locator = start - End64LocatorLength;
            bool is64 = locator >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(locator)) == End64Locator;
            if (!is64) return (At(end, 10), BinaryPrimitives.ReadUInt32LittleEndian(end[16..]));
            byte[] end64 = new byte[56];
            long position = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(locator + 8));
            if (position < 0 || position > archive.Length) throw new EndOfStreamException();
            archive.Position = position;
            archive.ReadExactly(end64);
            long directory = BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(48));
            if (directory < 0 || directory > archive.Length) throw new EndOfStreamException();
            return (BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(32)), directory);
        }

        throw new EndOfStreamException();
    }

    // version 1, CRC-32 of the name that it belongs to, the name in UTF-8
    private static byte[]? UnicodePathIn(ReadOnlySpan<byte> extra, byte[] name)
    {
        while (extra.Length >= 4)
        {
            int length = At(extra, 2);
            if (length > extra.Length - 4) return null;
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            if (At(extra, 0) == UnicodePath && length > 5 && field[0] == 1
                && BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == ~Crc32.Append(uint.MaxValue, name))
                return field[5..].ToArray();
            extra = extra[(4 + length)..];
        }

        return null;
    }

    private static int At(ReadOnlySpan<byte> bytes, int start) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[start..]);
}
