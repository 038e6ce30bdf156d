using CnnService.Api.Pictures;
using CnnService.Training.Datasets;
using CnnService.Training.Tensors;

namespace CnnService.Api.Datasets;

/// <summary>Images of a dataset side by side, so that a page asks once for many of them.</summary>
internal static class ContactSheet
{
    /// <summary>The most images beside or below each other, and the most of a sheet: 17 million pixels of the largest.</summary>
    public const int LongestSide = 128, MostImages = 1024;

    /// <summary>A PNG of columns times rows images without anything between them, row by row; places without an image are black.</summary>
    public static byte[] ToPng(StoredPart images, IReadOnlyList<int> indices, int columns, int rows)
    {
        (int C, int H, int W) = (images.Shape.Channels, images.Shape.Height, images.Shape.Width);
        var sheet = new Shape(C, rows * H, columns * W);
        byte[] pixels = new byte[sheet.Length];
        foreach ((int place, int index) in indices.Index())
        {
            (int row, int column) = Math.DivRem(place, columns);
            ReadOnlySpan<byte> image = images.ReadImage(index);
            for (int line = 0; line < C * H; line++)
            {
                int channel = line / H, y = row * H + line % H;
                image.Slice(line * W, W).CopyTo(pixels.AsSpan((channel * sheet.Height + y) * sheet.Width + column * W));
            }
        }

        return PictureEncoder.ToPng(pixels, sheet);
    }
}
