using System.Runtime.CompilerServices;
using CnnService.Training.Specs;
using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>Gets a picture's pixels out of its file, with as much memory at most as <see cref="PictureDecoder.DecodedPixels"/> need.</summary>
/// <param name="codec">The opened file.</param>
/// <param name="name">The name that messages call it.</param>
/// <param name="background">Red, green and blue of what transparent pixels lie on.</param>
/// <param name="isCutOff">Whether the file's header tells that it ends too early.</param>
internal sealed class Decoding(SKCodec codec, string name, byte[] background, bool isCutOff)
{
    /// <summary>The picture in the size 1 / factor, or smaller: JPEG is decoded so; of PNG some rows at a time are averaged.</summary>
    public Planes Smaller(int factor)
    {
        SKImageInfo info = new(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, AlphaOf(codec));
        if (factor > 1 && codec.EncodedFormat == SKEncodedImageFormat.Png) return Averaged(info, factor);
        SKSizeI size = info.Size;
        while ((long)size.Width * size.Height > PictureDecoder.DecodedPixels) size = codec.GetScaledDimensions(1f / factor++); // its sides are rounded up
        using SKBitmap bitmap = Decode(info.WithSize(size.Width, size.Height));
        byte[] planes = new byte[3 * size.Width * size.Height];
        Composite(bitmap.GetPixelSpan(), planes);
        return new Planes(planes, size.Width, size.Height);
    }

    private Planes Averaged(SKImageInfo info, int factor)
    {
        int width = (info.Width + factor - 1) / factor, height = (info.Height + factor - 1) / factor;
        int rows = PictureDecoder.DecodedPixels / info.Width / factor * factor;
        byte[] planes = new byte[3 * width * height], stripe = new byte[3 * info.Width * rows];
        for (int first = 0; first < info.Height; first += rows)
        {
            int count = Math.Min(rows, info.Height - first);
            using SKBitmap bitmap = DecodeRows(info, first, count);
            Span<byte> read = stripe.AsSpan(0, 3 * info.Width * count);
            Composite(bitmap.GetPixelSpan(), read);
            for (int c = 0; c < 3; c++)
                for (int y = 0; y < count; y += factor)
                    Average(read.Slice((c * count + y) * info.Width, info.Width * Math.Min(factor, count - y)), info.Width, factor,
                        planes.AsSpan((c * height + (first + y) / factor) * width, width));
        }

        return new Planes(planes, width, height);
    }

    // The rows above them are read again: at most 6 times, for the largest.
    private SKBitmap DecodeRows(SKImageInfo info, int first, int count)
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
        throw Undecoded(result);
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

    private SKBitmap Decode(SKImageInfo info)
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
        throw Undecoded(result);
    }

    private InvalidInputException Undecoded(SKCodecResult result) => new(name, isCutOff || result == SKCodecResult.IncompleteInput
        ? PictureDecoder.CutOff
        : $"is damaged or of a kind that cannot be read; save it again as {PictureDecoder.Formats}.");

    // (v · a + background · (255 - a)) / 255, rounded to the nearest, of every pixel; planes get red, green and blue one after the other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Composite(ReadOnlySpan<byte> rgba, Span<byte> planes)
    {
        int count = planes.Length / 3;
        for (int i = 0; i < count; i++)
        {
            int alpha = rgba[4 * i + 3];
            for (int c = 0; c < 3; c++) planes[c * count + i] = (byte)((rgba[4 * i + c] * alpha + background[c] * (255 - alpha) + 127) / 255);
        }
    }
}
