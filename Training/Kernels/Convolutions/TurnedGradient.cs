using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The weights' gradient of a convolution behind which windows are pooled, for filters of many channels: from the padded image turned around so
/// that the channels of a pixel lie side by side. A row of a filter then reads numbers that follow each other, and no patches are laid out.
/// </summary>
internal sealed unsafe class TurnedGradient : WeightGradient
{
    private const int CacheBytes = 24 * 1024; // of an image that stay in a first-level cache while all filters read them
    private readonly int rowPitch, vectors, imagePitch, rows;
    private readonly FloatBuffer image;
    private readonly int[] places, windows, elements, found;

    public TurnedGradient(ConvolutionSize size, int filters)
        : base(size, filters)
    {
        (rowPitch, vectors) = RowOf(size);
        int width = size.Width + 2 * size.Padding;
        imagePitch = width * size.Channels;
        image = new FloatBuffer((size.Height + 2 * size.Padding) * imagePitch + WonProducts.Many * Tile.Columns);
        places = [.. Enumerable.Range(0, size.Height * size.Width).Select(p => ((p / size.Width + size.Padding) * width + p % size.Width + size.Padding) * size.Channels)];
        windows = [.. Enumerable.Range(0, Outputs).Select(q => (q / size.OutputWidth * width + q % size.OutputWidth) * size.PoolStride * size.Stride * size.Channels)];
        elements = [.. Enumerable.Range(0, size.PoolHeight * size.PoolWidth).Select(e => (e / size.PoolWidth * width + e % size.PoolWidth) * size.Stride * size.Channels)];
        found = new int[(filters + 1) * Outputs]; // of an odd number, the last one's neighbour has gradients of 0
        int pixelBytes = Math.Min(size.Channels, vectors * Tile.Columns) * sizeof(float);
        rows = Math.Clamp(CacheBytes / (size.PoolStride * size.Stride * width * pixelBytes), 1, size.OutputHeight);
    }

    public override int Pitch => Size.FilterHeight * rowPitch;

    private int Outputs => Size.OutputHeight * Size.OutputWidth;

    /// <summary>Whether it serves a convolution: with few channels the ends of rows would be too much of what is multiplied.</summary>
    public static bool Fits(ConvolutionSize size) => size.PoolHeight * size.PoolWidth > 1 && 5 * size.Taps >= 4 * size.FilterHeight * RowOf(size).Pitch;

    public override void Add(ReadOnlySpan<float> x, FloatBuffer dy, ReadOnlySpan<byte> argmax, FloatBuffer sums)
    {
        Turning.ToLanes(x, Size.Channels, places, image);
        for (int f = 0; f < Filters; f++)
            for (int q = 0; q < Outputs; q++) found[f * Outputs + q] = windows[q] + elements[argmax[f * Outputs + q]];
        fixed (int* won = found)
        {
            for (int row = 0; row < Size.OutputHeight; row += rows)
            {
                int start = row * Size.OutputWidth, count = Math.Min(rows, Size.OutputHeight - row) * Size.OutputWidth;
                AddRows(new WonGradient(dy.Pointer + start, Outputs, won + start, Outputs, count), sums.Pointer);
            }
        }
    }

    public override void CopyTo(ReadOnlySpan<float> sums, Span<float> dw)
    {
        (int C, int HH, int WW) = (Size.Channels, Size.FilterHeight, Size.FilterWidth);
        for (int c = 0; c < C; c++)
            for (int tap = 0; tap < HH * WW; tap++) dw[c * HH * WW + tap] = sums[tap / WW * rowPitch + tap % WW * C + c];
    }

    // Numbers of a filter's row, in whole vectors as they are summed: as few as can be.
    private static (int Pitch, int Vectors) RowOf(ConvolutionSize size)
    {
        int few = WonProducts.Few * Tile.Columns, many = WonProducts.Many * Tile.Columns, length = size.FilterWidth * size.Channels;
        (int byFew, int byMany) = ((length + few - 1) / few * few, (length + many - 1) / many * many);
        return byFew < byMany ? (byFew, WonProducts.Few) : (byMany, WonProducts.Many);
    }

    // The taps outside, so that their part of the image stays in the cache for all filters.
    private void AddRows(WonGradient gradient, float* sums)
    {
        int step = vectors * Tile.Columns;
        for (int h = 0; h < Size.FilterHeight; h++)
        {
            for (int t = 0; t < rowPitch; t += step)
            {
                float* x = image.Pointer + h * imagePitch + t, dw = sums + h * rowPitch + t;
                for (int f = 0; f < Filters; f += 2) WonProducts.Add(gradient.From(f), x, dw + f * Pitch, dw + (f + 1) * Pitch, vectors);
            }
        }
    }
}
