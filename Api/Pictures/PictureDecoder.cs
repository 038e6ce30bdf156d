using System.Buffers.Binary;
using System.Globalization;
using CnnService.Training;
using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>
/// Reads PNG, JPEG, WebP, BMP and GIF (the first frame) from bytes that nobody vouches for. Colour profiles are ignored, of 16 bits the upper 8
/// are taken, alpha is composited over black, and the picture is turned as its orientation tag (EXIF) says. A picture of over 16,777,216
/// pixels is made smaller while it is decoded, by a whole factor, so that memory does not grow with it.
/// </summary>
public static class PictureDecoder
{
    /// <summary>The most pixels of a picture.</summary>
    public const long MostPixels = 100_000_000;

    /// <summary>The most pixels that are decoded at once: at most 112 MiB are taken for a picture.</summary>
    public const int DecodedPixels = 1 << 24;

    private const int LongestSide = ushort.MaxValue; // of JPEG

    private const string Formats = "PNG, JPEG, WebP, BMP or GIF";

    /// <summary>Decodes one file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What messages call it, such as the file's name.</param>
    /// <param name="resize">Brings any size to 32x32 by <see cref="AreaFilter"/>, without keeping the aspect ratio; otherwise other sizes are refused.</param>
    /// <exception cref="InvalidInputException">The part is <paramref name="name"/>; the reason says what is wrong and what would be right.</exception>
    public static Picture Decode(ReadOnlySpan<byte> file, string name, bool resize)
    {
        if (file.IsEmpty) throw new InvalidInputException(name, $"is empty; send a {Formats} picture.");
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = SKCodec.Create(data) ?? throw Unknown(name);
        if (!IsAllowed(codec.EncodedFormat)) throw Unknown(name);
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        CheckSize(width, height, name, resize);

        int factor = (int)Math.Ceiling(Math.Sqrt((double)width * height / DecodedPixels));
        if (factor > 1 && !CanBeMadeSmaller(codec.EncodedFormat, file))
            throw new InvalidInputException(name, string.Create(CultureInfo.InvariantCulture, $"has over {DecodedPixels:N0} pixels, and only JPEG, but for the progressive kind, and PNG are read so large; save it as JPEG."));
        Planes planes = Smaller(codec, factor, name).Turned(codec.EncodedOrigin);
        bool fits = planes.Width == Picture.Side && planes.Height == Picture.Side;
        return new Picture(fits ? planes.Bytes : AreaFilter.Resize(planes.Bytes, planes.Width, planes.Height, Picture.Side));
    }

    /// <summary>How many pixels a file says it has, before they are decoded; 0 for one that <see cref="Decode(ReadOnlySpan{byte}, string, bool)"/> refuses by its header.</summary>
    public static long PixelsOf(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return 0;
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        return codec is { Info: var info } && (long)info.Width * info.Height is <= MostPixels and long pixels ? pixels : 0;
    }

    private static bool IsAllowed(SKEncodedImageFormat format) => format
        is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif;

    /// <summary>Runs on the header's numbers, before anything of their size is allocated.</summary>
    private static void CheckSize(int width, int height, string name, bool resize)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        if (width is < 1 or > LongestSide || height is < 1 or > LongestSide || (long)width * height > MostPixels)
            throw new InvalidInputException(
                name, string.Create(CultureInfo.InvariantCulture, $"is {size}; a picture has 1 to {MostPixels:N0} pixels, and at most {LongestSide:N0} a side."));
        if (!resize && (width != Picture.Side || height != Picture.Side))
            throw new InvalidInputException(name, $"is {size}, not 32x32; send 32x32, or resize=true to have it brought to that size.");
    }

    // Others, and JPEG of the progressive kind, take memory for every pixel while they are decoded.
    private static bool CanBeMadeSmaller(SKEncodedImageFormat format, ReadOnlySpan<byte> file) =>
        format == SKEncodedImageFormat.Png || (format == SKEncodedImageFormat.Jpeg && !IsProgressive(file));

    // By the marker of its frame (ITU-T T.81, B.1.1.3): 0xFFC0 and 0xFFC1 are sequential.
    private static bool IsProgressive(ReadOnlySpan<byte> file)
    {
        for (int position = 2; position + 4 <= file.Length && file[position] == 0xff; position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]))
        {
            while (position + 4 < file.Length && file[position + 1] == 0xff) position++; // fill bytes
            byte marker = file[position + 1];
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc)) return marker > 0xc1;
        }

        return true; // as far as anybody can tell
    }

    // The picture in the size 1 / factor. JPEG is decoded so; of PNG some rows at a time are averaged.
    private static Planes Smaller(SKCodec codec, int factor, string name)
    {
        SKImageInfo info = new(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, AlphaOf(codec));
        if (factor > 1 && codec.EncodedFormat == SKEncodedImageFormat.Png) return Averaged(codec, info, factor, name);
        SKSizeI size = info.Size;
        while ((long)size.Width * size.Height > DecodedPixels) size = codec.GetScaledDimensions(1f / factor++); // its sides are rounded up
        using SKBitmap bitmap = Decode(codec, info.WithSize(size.Width, size.Height), name);
        byte[] planes = new byte[3 * size.Width * size.Height];
        CompositeOverBlack(bitmap.GetPixelSpan(), planes);
        return new Planes(planes, size.Width, size.Height);
    }

    private static Planes Averaged(SKCodec codec, SKImageInfo info, int factor, string name)
    {
        int width = (info.Width + factor - 1) / factor, height = (info.Height + factor - 1) / factor;
        int rows = DecodedPixels / info.Width / factor * factor;
        byte[] planes = new byte[3 * width * height], stripe = new byte[3 * info.Width * rows];
        for (int first = 0; first < info.Height; first += rows)
        {
            int count = Math.Min(rows, info.Height - first);
            using SKBitmap bitmap = DecodeRows(codec, info, first, count, name);
            Span<byte> read = stripe.AsSpan(0, 3 * info.Width * count);
            CompositeOverBlack(bitmap.GetPixelSpan(), read);
            for (int c = 0; c < 3; c++)
                for (int y = 0; y < count; y += factor)
                    Average(read.Slice((c * count + y) * info.Width, info.Width * Math.Min(factor, count - y)), info.Width, factor,
                        planes.AsSpan((c * height + (first + y) / factor) * width, width));
        }

        return new Planes(planes, width, height);
    }

    // The rows above them are read again: at most 6 times, for the largest.
    private static SKBitmap DecodeRows(SKCodec codec, SKImageInfo info, int first, int count, string name)
    {
        var bitmap = new SKBitmap();
        SKCodecResult result = SKCodecResult.InternalError;
        if (bitmap.TryAllocPixels(info.WithSize(info.Width, count)))
        {
            bitmap.Erase(SKColors.Transparent);
            var options = new SKCodecOptions(SKZeroInitialized.No, new SKRectI(0, first, info.Width, first + count));
            result = codec.StartIncrementalDecode(info, bitmap.GetPixels(), bitmap.RowBytes, options);
            if (result == SKCodecResult.Success) result = codec.IncrementalDecode(out _);
        }

        if (result == SKCodecResult.Success) return bitmap;
        bitmap.Dispose();
        throw Undecoded(result, name);
    }

    // Rows of one plane to one row; blocks at the right and lower border are smaller.
    private static void Average(ReadOnlySpan<byte> rows, int width, int factor, Span<byte> averaged)
    {
        int count = rows.Length / width;
        for (int x = 0; x < averaged.Length; x++)
        {
            int from = x * factor, to = Math.Min(from + factor, width), area = (to - from) * count, sum = 0;
            for (int y = 0; y < count; y++)
                foreach (byte value in rows[(y * width + from)..(y * width + to)]) sum += value;
            averaged[x] = (byte)((sum + area / 2) / area);
        }
    }

    // Unpremultiplied, so that the one rounding of the composition is ours and the same for every format.
    private static SKAlphaType AlphaOf(SKCodec codec) => codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;

    private static SKBitmap Decode(SKCodec codec, SKImageInfo info, string name)
    {
        var bitmap = new SKBitmap();
        SKCodecResult result = SKCodecResult.InternalError;
        if (bitmap.TryAllocPixels(info))
        {
            bitmap.Erase(SKColors.Transparent); // run-length coded files may skip pixels
            result = codec.GetPixels(info, bitmap.GetPixels(), SKCodecOptions.Default);
        }

        if (result == SKCodecResult.Success) return bitmap;
        bitmap.Dispose();
        throw Undecoded(result, name);
    }

    private static InvalidInputException Undecoded(SKCodecResult result, string name) => new(name, result == SKCodecResult.IncompleteInput
        ? "ends before its last pixel; send the whole file."
        : $"is damaged or of a kind that cannot be read; save it again as {Formats}.");

    /// <summary>v · a / 255, rounded to the nearest, of every pixel; planes get red, green and blue one after the other.</summary>
    private static void CompositeOverBlack(ReadOnlySpan<byte> rgba, Span<byte> planes)
    {
        int count = planes.Length / 3;
        for (int i = 0; i < count; i++)
        {
            int alpha = rgba[4 * i + 3];
            for (int c = 0; c < 3; c++) planes[c * count + i] = (byte)((rgba[4 * i + c] * alpha + 127) / 255);
        }
    }

    private static InvalidInputException Unknown(string name) => new(name, $"is not a picture that can be read; send {Formats}.");
}

/// <summary>Red, green and blue of a picture one after the other, (3, height, width).</summary>
internal readonly record struct Planes(byte[] Bytes, int Width, int Height)
{
    /// <summary>The picture upright, where a camera has noted how it was held (EXIF 2.32, tag 0x0112).</summary>
    public Planes Turned(SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft) return this;
        bool swaps = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        (int width, int height) = swaps ? (Height, Width) : (Width, Height);
        byte[] turned = new byte[Bytes.Length];
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    (int fromX, int fromY) = origin switch
                    {
                        SKEncodedOrigin.TopRight => (Width - 1 - x, y),
                        SKEncodedOrigin.BottomRight => (Width - 1 - x, Height - 1 - y),
                        SKEncodedOrigin.BottomLeft => (x, Height - 1 - y),
                        SKEncodedOrigin.LeftTop => (y, x),
                        SKEncodedOrigin.RightTop => (y, Height - 1 - x),
                        SKEncodedOrigin.RightBottom => (Width - 1 - y, Height - 1 - x),
                        _ => (Width - 1 - y, x), // LeftBottom
                    };
                    turned[(c * height + y) * width + x] = Bytes[(c * Height + fromY) * Width + fromX];
                }
            }
        }

        return new Planes(turned, width, height);
    }
}
