using System.Globalization;
using CnnService.Training;
using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>
/// Reads PNG, JPEG, WebP, BMP and GIF (the first frame) from bytes that nobody vouches for. Colour profiles and orientation tags are ignored, of
/// 16 bits the upper 8 are taken, and alpha is composited over black, so that a picture's bytes depend on its pixels alone.
/// </summary>
public static class PictureDecoder
{
    /// <summary>The largest height and width that is decoded, in pixels: at most 112 MiB are taken while a picture is decoded.</summary>
    public const int LargestSide = 4096;

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

        using SKBitmap bitmap = Decode(codec, new SKImageInfo(width, height, SKColorType.Rgba8888, AlphaOf(codec)), name);
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        byte[] planes = new byte[3 * width * height];
        CompositeOverBlack(rgba, planes);
        return new Picture(width == Picture.Side && height == Picture.Side ? planes : AreaFilter.Resize(planes, width, height, Picture.Side));
    }

    /// <summary>How many pixels a file says it has, before they are decoded; 0 for one that <see cref="Decode(ReadOnlySpan{byte}, string, bool)"/> refuses by its header.</summary>
    public static long PixelsOf(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return 0;
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        return codec is { Info: { Width: <= LargestSide, Height: <= LargestSide } info } ? (long)info.Width * info.Height : 0;
    }

    private static bool IsAllowed(SKEncodedImageFormat format) => format
        is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif;

    /// <summary>Runs on the header's numbers, before anything of their size is allocated.</summary>
    private static void CheckSize(int width, int height, string name, bool resize)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        if (width is < 1 or > LargestSide || height is < 1 or > LargestSide)
            throw new InvalidInputException(name, $"is {size}; a picture has 1x1 to {LargestSide}x{LargestSide} pixels.");
        if (!resize && (width != Picture.Side || height != Picture.Side))
            throw new InvalidInputException(name, $"is {size}, not 32x32; send 32x32, or resize=true to have it brought to that size.");
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
        throw new InvalidInputException(name, result == SKCodecResult.IncompleteInput
            ? "ends before its last pixel; send the whole file."
            : $"is damaged or of a kind that cannot be read; save it again as {Formats}.");
    }

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
