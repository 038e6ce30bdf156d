using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The weights' gradient of any convolution from <see cref="Patches"/>: without pooling a matrix product, with pooling a multiply-add per vector of the patches
/// that won their windows.
/// </summary>
internal sealed unsafe class PatchGradient : WeightGradient
{
    private readonly Patches patches;
    private readonly int[] windows, elements, found;

    public PatchGradient(ConvolutionSize size, int filters)
        : base(size, filters)
    {
        patches = new Patches(size);
        int outputs = patches.Rows * size.OutputWidth;
        windows = [.. Enumerable.Range(0, outputs).Select(q => (q / size.OutputWidth * patches.Width + q % size.OutputWidth) * size.PoolStride * patches.Pitch)];
        elements = [.. Enumerable.Range(0, size.PoolHeight * size.PoolWidth).Select(e => (e / size.PoolWidth * patches.Width + e % size.PoolWidth) * patches.Pitch)];
        found = new int[(filters + 1) * outputs];
    }

    public override int Pitch => patches.Pitch; // the taps, rounded up

    public override void Add(ReadOnlySpan<float> x, FloatBuffer dy, ReadOnlySpan<byte> argmax, FloatBuffer sums)
    {
        patches.Load(x);
        for (int row = 0; row < Size.OutputHeight; row += patches.Rows)
        {
            int rows = Math.Min(patches.Rows, Size.OutputHeight - row);
            patches.Fill(row, rows);
            if (argmax.IsEmpty) AddAll(dy, sums, row * Size.OutputWidth, rows * Size.OutputWidth);
            else AddWinners(dy, argmax, sums, row * Size.OutputWidth, rows * Size.OutputWidth);
        }
    }

    public override void CopyTo(ReadOnlySpan<float> sums, Span<float> dw) => sums[..Size.Taps].CopyTo(dw);

    private void AddAll(FloatBuffer dy, FloatBuffer dw, int start, int count)
    {
        int outputs = Size.OutputHeight * Size.OutputWidth;
        fixed (int* rows = windows)
        {
            for (int t = 0; t < Size.Taps; t += 2 * Tile.Columns)
            {
                float* x0 = patches.Pointer + t, x1 = t + Tile.Columns < Size.Taps ? x0 + Tile.Columns : null;
                for (int f = 0; f < Filters; f += Tile.Rows)
                {
                    float* sums = dw.Pointer + f * Pitch + t;
                    Tile.MultiplyAdd(new TileRows(dy.Pointer + f * outputs + start, outputs, 1), rows, count, x0, x1, sums, sums + Tile.Columns, Pitch, true);
                }
            }
        }
    }

    private void AddWinners(FloatBuffer dy, ReadOnlySpan<byte> argmax, FloatBuffer dw, int start, int count)
    {
        int outputs = Size.OutputHeight * Size.OutputWidth;
        for (int f = 0; f < Filters; f++)
            for (int q = 0; q < count; q++) found[f * count + q] = windows[q] + elements[argmax[f * outputs + start + q]];
        fixed (int* won = found)
        {
            // The taps outside, so that their part of the patches stays in the first-level cache for all filters. An odd filter at the end has the row of
            // zeros after it for its other half.
            var gradient = new WonGradient(dy.Pointer + start, outputs, won, count, count);
            for (int t = 0; t < Size.Taps; t += Patches.Step)
                for (int f = 0; f < Filters; f += 2)
                    WonProducts.Add(gradient.From(f), patches.Pointer + t, dw.Pointer + f * Pitch + t, dw.Pointer + (f + 1) * Pitch + t, WonProducts.Many);
        }
    }
}
