using CnnService.Api.Pictures;
using CnnService.Training;
using CnnService.Training.Tensors;

namespace CnnService.Api.Models;

/// <summary>Filters side by side in a picture, near square, with one black pixel between them.</summary>
internal static class FilterSheet
{
    private const int SmallestTile = 32, LargestSide = 4096;

    /// <summary>
    /// A PNG in as many channels as the filters have. Each filter is stretched by itself so that its lowest weight is 0 and its highest 255, and
    /// enlarged by a whole factor to at least 32 pixels. Filters that would not fit into 4096x4096 pixels are left out.
    /// </summary>
    public static byte[] ToPng(FirstFilters filters)
    {
        Shape filter = filters.Shape;
        int factor = (SmallestTile + Math.Min(filter.Height, filter.Width) - 1) / Math.Min(filter.Height, filter.Width);
        int stepY = filter.Height * factor + 1, stepX = filter.Width * factor + 1;
        int columns = Math.Min((int)Math.Ceiling(Math.Sqrt(filters.Count)), LargestSide / stepX);
        int rows = Math.Min((filters.Count + columns - 1) / columns, LargestSide / stepY);
        var sheet = new Shape(filter.Channels, rows * stepY - 1, columns * stepX - 1);
        byte[] pixels = new byte[sheet.Length];
        for (int i = 0; i < Math.Min(filters.Count, rows * columns); i++)
            Paint(Levels(filters[i]), filter, factor, pixels.AsSpan((i / columns * stepY) * sheet.Width + i % columns * stepX), sheet);
        return PictureEncoder.ToPng(pixels, sheet);
    }

    private static byte[] Levels(ReadOnlySpan<float> weights)
    {
        float lowest = float.PositiveInfinity, highest = float.NegativeInfinity;
        foreach (float weight in weights) (lowest, highest) = (Math.Min(lowest, weight), Math.Max(highest, weight));
        byte[] levels = new byte[weights.Length];
        for (int i = 0; i < levels.Length && highest > lowest; i++)
            levels[i] = (byte)Math.Round(255.0 * (weights[i] - (double)lowest) / (highest - (double)lowest));
        return levels;
    }

    /// <summary>Paints one filter; <paramref name="place"/> begins at its upper left pixel in the first plane.</summary>
    private static void Paint(byte[] levels, Shape filter, int factor, Span<byte> place, Shape sheet)
    {
        for (int c = 0; c < filter.Channels; c++)
            for (int y = 0; y < filter.Height * factor; y++)
                for (int x = 0; x < filter.Width * factor; x++)
                    place[c * sheet.PlaneLength + y * sheet.Width + x] = levels[(c * filter.Height + y / factor) * filter.Width + x / factor];
    }
}
