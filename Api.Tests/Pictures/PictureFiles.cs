using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CnnService.Api.Pictures;
using SkiaSharp;

namespace CnnService.Api.Tests.Pictures;

/// <summary>Picture files written from their formats' descriptions, or by SkiaSharp where the format loses something.</summary>
internal static class PictureFiles
{
    public const int Side = 32;

    /// <summary>Brings any size to 32x32.</summary>
    public static Fitting Squash { get; } = new() { Resize = Resize.Squash };

    /// <summary>Planes (3, 32, 32) of a picture in which all pixels differ.</summary>
    public static byte[] Colours { get; } = [.. Enumerable.Range(0, 3 * Side * Side).Select(i => (byte)(i * 37 + i / 1024 * 101))];

    /// <summary>The plane (1, 32, 32) of a grey picture.</summary>
    public static byte[] Greys { get; } = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(i / 4))];

    /// <summary>A PNG of 8 bits per sample (PNG specification, sections 5 and 11).</summary>
    /// <param name="colourType">0 grey, 2 RGB, 3 palette (grey levels), 4 grey and alpha, 6 RGB and alpha.</param>
    /// <param name="samples">The samples in the file's order.</param>
    /// <param name="depth">Bits of a sample, 8 or 16.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="extra">Chunks before the pixels, such as a colour profile or gamma.</param>
    public static byte[] Png(byte colourType, byte[] samples, byte depth = 8, int width = Side, int height = Side, params (string Type, byte[] Content)[] extra)
    {
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n']);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colourType);
        Chunk(file, "IHDR", header);
        foreach ((string type, byte[] content) in extra) Chunk(file, type, content);
        if (colourType == 3) Chunk(file, "PLTE", [.. Enumerable.Range(0, 768).Select(i => (byte)(i / 3))]);
        Chunk(file, "IDAT", Deflated(samples, height));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>A BMP of 24 bits per pixel, rows from the bottom up.</summary>
    public static byte[] Bmp(byte[] planes)
    {
        byte[] file = new byte[54 + planes.Length];
        "BM"u8.CopyTo(file);
        foreach ((int at, int value) in ((int, int)[])[(2, file.Length), (10, 54), (14, 40), (18, Side), (22, Side), (26, 1 | 24 << 16), (34, planes.Length)])
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        for (int i = 0; i < planes.Length; i++)
        {
            (int c, int y, int x) = (i / (Side * Side), i / Side % Side, i % Side);
            file[54 + ((Side - 1 - y) * Side + x) * 3 + 2 - c] = planes[i];
        }

        return file;
    }

    /// <summary>A GIF with 128 grey levels of two units each, whose frames have one level each; LZW with 8 bits per code, cleared before it would grow.</summary>
    public static byte[] Gif(params ReadOnlySpan<byte> frameLevels)
    {
        using var file = new MemoryStream();
        file.Write("GIF89a"u8);
        file.Write([Side, 0, Side, 0, 0xF6, 0, 0]);
        for (int i = 0; i < 128 * 3; i++) file.WriteByte((byte)(i / 3 * 2));
        foreach (byte level in frameLevels)
        {
            file.Write([0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, Side, 0, Side, 0, 0, 7]);
            byte[] codes = [.. Enumerable.Range(0, Side * Side).SelectMany(i => i % 64 == 0 ? new byte[] { 0x80, level } : [level]), 0x81];
            foreach (byte[] block in codes.Chunk(255)) file.Write([(byte)block.Length, .. block]);
            file.WriteByte(0);
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>What SkiaSharp writes: JPEG and WebP at a quality of 0 to 100.</summary>
    public static byte[] Encoded(SKEncodedImageFormat format, byte[] planes, int width = Side, int height = Side, int quality = 100)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        int plane = width * height;
        for (int i = 0; i < plane; i++) bitmap.SetPixel(i % width, i / width, new SKColor(planes[i], planes[plane + i], planes[2 * plane + i]));
        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>
    /// A baseline JPEG (ITU-T T.81) of as many components, all coefficients 0, so that every sample is 128. One Huffman code of one bit says "no
    /// difference", one "end of block".
    /// </summary>
    public static byte[] PlainJpeg(int components, int width = Side, int height = Side)
    {
        using var file = new MemoryStream();
        file.Write([0xFF, 0xD8]);
        if (components == 4) Segment(file, 0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]); // CMYK, inverted
        Segment(file, 0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]);
        Segment(file, 0xC0, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, (byte)components,
            .. Enumerable.Range(1, components).SelectMany(id => new byte[] { (byte)id, 0x11, 0 })]);
        foreach (byte table in (byte[])[0x00, 0x10]) Segment(file, 0xC4, [table, 1, .. new byte[15], 0]);
        Segment(file, 0xDA, [(byte)components, .. Enumerable.Range(1, components).SelectMany(id => new byte[] { (byte)id, 0 }), 0, 63, 0]);
        file.Write(new byte[components * 16 * 2 / 8]);
        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    /// <summary>Planes (C, 32, 32) as pixel after pixel.</summary>
    public static byte[] Interleave(params byte[][] planes) => [.. Enumerable.Range(0, planes[0].Length).SelectMany(i => planes.Select(plane => plane[i]))];

    /// <summary>One plane of a picture of three.</summary>
    public static byte[] Plane(byte[] planes, int index) => planes[(index * Side * Side)..((index + 1) * Side * Side)];

    /// <summary>Three equal planes.</summary>
    public static byte[] Tripled(byte[] plane) => [.. plane, .. plane, .. plane];

    private static byte[] Deflated(byte[] samples, int height)
    {
        using var content = new MemoryStream();
        using (var zlib = new ZLibStream(content, CompressionLevel.Optimal))
        {
            int row = samples.Length / height;
            for (int y = 0; row > 0 && y < height; y++) zlib.Write([0, .. samples.AsSpan(y * row, row)]);
        }

        return content.ToArray();
    }

    private static void Segment(MemoryStream file, byte marker, byte[] content) =>
        file.Write([0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content]);

    private static void Chunk(MemoryStream file, string type, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    private static uint Crc(byte[] body)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in body)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
        }

        return ~crc;
    }
}
