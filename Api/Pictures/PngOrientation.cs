using System.Buffers.Binary;
using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>
/// The orientation tag in a PNG: its chunk eXIf (Extensions to the PNG 1.2 Specification, version 1.5.0), which the decoder does not look at, as it does
/// in other formats.
/// </summary>
internal static class PngOrientation
{
    private const int SignatureLength = 8, ChunkHeader = 8, ChecksumLength = 4, EntryLength = 12;
    private const ushort Tag = 0x0112, Short = 3; // EXIF 2.32, section 4.6.4

    /// <summary>The tag of a file; <see cref="SKEncodedOrigin.TopLeft"/> where it has none.</summary>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> file)
    {
        for (ReadOnlySpan<byte> rest = file[Math.Min(SignatureLength, file.Length)..]; rest.Length >= ChunkHeader;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - ChunkHeader) break;
            if (rest[4..].StartsWith("eXIf"u8)) return InExif(rest.Slice(ChunkHeader, (int)length));
            rest = rest[Math.Min(rest.Length, ChunkHeader + (int)length + ChecksumLength)..];
        }

        return SKEncodedOrigin.TopLeft;
    }

    // A TIFF header, then the first directory's entries: tag, type, count, value.
    private static SKEncodedOrigin InExif(ReadOnlySpan<byte> exif)
    {
        bool isLittle = exif.StartsWith("II*\0"u8);
        if (exif.Length < 8 || !(isLittle || exif.StartsWith("MM\0*"u8))) return SKEncodedOrigin.TopLeft;
        uint start = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (start > exif.Length - 2) return SKEncodedOrigin.TopLeft;
        ReadOnlySpan<byte> directory = exif[(int)start..];
        int count = At(directory, 0);
        for (ReadOnlySpan<byte> entry = directory[2..]; count > 0 && entry.Length >= EntryLength; count--, entry = entry[EntryLength..])
            if (At(entry, 0) == Tag && At(entry, 2) == Short && At(entry, 8) is >= 1 and <= 8 and int value) return (SKEncodedOrigin)value;
        return SKEncodedOrigin.TopLeft;

        int At(ReadOnlySpan<byte> bytes, int place) =>
            isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[place..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[place..]);
    }
}
