using System.Buffers.Binary;

namespace CnnService.Api.Pictures;

/// <summary>
/// Tells a picture that ends inside its header from one that is damaged: the decoder takes both for no picture. Of WebP, whose header tells the
/// file's length, it is known to the end.
/// </summary>
internal static class PictureHeader
{
    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n'];

    private static ReadOnlySpan<byte> Jpeg => [0xff, 0xd8];

    /// <summary>Whether a file begins as a picture and ends before its pixels do, as far as its header tells.</summary>
    public static bool IsCutOff(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(Jpeg)) return IsCutOffJpeg(file);
        if (file.StartsWith(Png)) return IsCutOffPng(file);
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8)) return IsCutOffGif(file);
        if (file.StartsWith("BM"u8)) return IsCutOffBmp(file);
        if (file.StartsWith("RIFF"u8))
            return file.Length < 12 || (file[8..].StartsWith("WEBP"u8) && file.Length - 8 < BinaryPrimitives.ReadUInt32LittleEndian(file[4..]));
        return file.Length >= 3 && (Png.StartsWith(file) || "GIF87a"u8.StartsWith(file) || "GIF89a"u8.StartsWith(file));
    }

    /// <summary>Whether it is a PNG in Apple's own form, which begins with a chunk CgBI and has colours and alpha in another order.</summary>
    public static bool IsXcodePng(ReadOnlySpan<byte> file) => file.StartsWith(Png) && file.Length >= 16 && file[12..].StartsWith("CgBI"u8);

    // Segments up to the first scan (ITU-T T.81, B.1.1).
    private static bool IsCutOffJpeg(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (position < file.Length && file[position] == 0xff)
        {
            while (position + 1 < file.Length && file[position + 1] == 0xff) position++; // fill bytes
            if (position + 4 > file.Length) return true;
            byte marker = file[position + 1];
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
            if (marker is 0xd9 or (>= 0xd0 and <= 0xd7) or 0x01 || length < 2) return false;
            position += 2 + length;
            if (marker == 0xda) return position > file.Length;
        }

        return position >= file.Length;
    }

    // Chunks up to the first with pixels: length, type, content, checksum (PNG specification, section 5.3).
    private static bool IsCutOffPng(ReadOnlySpan<byte> file)
    {
        long position = Png.Length;
        while (position + 8 <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)position..];
            if (chunk[4..].StartsWith("IDAT"u8) || chunk[4..].StartsWith("IEND"u8)) return false;
            position += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return true;
    }

    // The screen with its colours, extensions in blocks, then the first frame with its own colours (GIF89a, sections 18 to 26).
    private static bool IsCutOffGif(ReadOnlySpan<byte> file)
    {
        const int screen = 13, frame = 10;
        if (file.Length < screen) return true;
        int position = screen + ColoursOf(file[10]);
        while (position < file.Length && file[position] == 0x21)
        {
            for (position += 2; position < file.Length && file[position] != 0;) position += 1 + file[position];
            position++;
        }

        if (position >= file.Length) return true;
        return file[position] == 0x2c
            && (position + frame > file.Length || position + frame + ColoursOf(file[position + frame - 1]) >= file.Length);

        static int ColoursOf(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    // Zeros at 6 to 9 tell it from a text; where its pixels begin stands at 10.
    private static bool IsCutOffBmp(ReadOnlySpan<byte> file) => file.Length >= 10 && BinaryPrimitives.ReadInt32LittleEndian(file[6..]) == 0
        && (file.Length < 14 || file.Length < BinaryPrimitives.ReadUInt32LittleEndian(file[10..]));
}
