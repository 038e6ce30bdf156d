using System.Runtime.InteropServices;
using CnnService.Training.Tensors;
using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>Writes pictures as PNG.</summary>
public static class PictureEncoder
{
    /// <summary>A PNG of (C, H, W) bytes, grey or RGB.</summary>
    /// <param name="pixels">As many bytes as <paramref name="shape"/> says.</param>
    /// <param name="shape">(C, H, W), C = 1 or 3.</param>
    public static byte[] ToPng(ReadOnlySpan<byte> pixels, Shape shape)
    {
        if (shape.Channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(shape), shape, "Pictures have 1 or 3 channels.");
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, shape.Length, nameof(pixels));
        SKColorType type = shape.Channels == 1 ? SKColorType.Gray8 : SKColorType.Rgb888x;
        using var bitmap = new SKBitmap(new SKImageInfo(shape.Width, shape.Height, type, SKAlphaType.Opaque));
        byte[] interleaved = shape.Channels == 1 ? pixels.ToArray() : Interleave(pixels, shape.PlaneLength);
        int rowLength = interleaved.Length / shape.Height;
        for (int y = 0; y < shape.Height; y++)
            Marshal.Copy(interleaved, y * rowLength, bitmap.GetAddress(0, y), rowLength);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static byte[] Interleave(ReadOnlySpan<byte> planes, int plane)
    {
        byte[] interleaved = new byte[4 * plane];
        for (int i = 0; i < plane; i++)
            (interleaved[4 * i], interleaved[4 * i + 1], interleaved[4 * i + 2], interleaved[4 * i + 3]) = (planes[i], planes[plane + i], planes[2 * plane + i], 255);
        return interleaved;
    }
}
