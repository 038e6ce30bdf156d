using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>
/// A convolution with filters seven wide behind which 2x2 windows are pooled, by minimal filtering along the rows (<see cref="RowTransforms"/>): the two
/// outputs of a window's row take 8 multiplications in place of 14 per filter row. Lanes are the windows of an output row, and both rows
/// of the windows are summed together, so that pooling compares vectors. A sum runs over channels and filter rows in their order.
/// </summary>
/// <remarks>The error of float was 7e-7 of the largest output over 3 channels of 7x7 and 3e-6 over 64, twice that of plain sums; 1.6x their speed at (100, 3, 32, 32).</remarks>
internal sealed unsafe class PooledRowFiltering : Filtering
{
    private const int PairPitch = 2 * Tile.Columns; // sums of a filter: sixteen windows of the upper row, then of the lower
    private const int PointPitch = Tile.Rows * PairPitch;
    private readonly int windows, imageRows, rowsPitch; // windows of a row in whole vectors; rows of a padded channel; numbers of one point
    private readonly FloatBuffer filters;
    private readonly FloatBuffer[] halves, rows, sums;
    private readonly int[] taps;

    public PooledRowFiltering(CorrelationSize size, int filters, Team team)
        : base(size, filters)
    {
        windows = MatrixProduct.RoundColumns(size.OutputWidth);
        imageRows = size.Height + 2 * size.Padding;
        rowsPitch = size.Channels * imageRows * windows;
        taps = [.. Enumerable.Range(0, Taps).Select(tap => (tap / size.FilterHeight * imageRows + tap % size.FilterHeight) * windows)];
        this.filters = new FloatBuffer(RowTransforms.Points * FiltersPitch);
        halves = FloatBuffer.Several(team.Size, 2 * HalfPitch);
        rows = FloatBuffer.Several(team.Size, RowTransforms.Points * rowsPitch);
        sums = FloatBuffer.Several(team.Size, RowTransforms.Points * PointPitch);
    }

    public override int Group => 1;

    public override int BlockFilters => Tile.Rows;

    private int Taps => Size.Channels * Size.FilterHeight;

    private int FiltersPitch => Blocks * Tile.Rows * Taps;

    private int HalfPitch => windows + Tile.Columns; // each half of a padded row has at most four numbers more than windows

    /// <summary>Whether it serves a convolution, with at least three of four lanes in use.</summary>
    public static bool Fits(CorrelationSize size) =>
        size is { FilterWidth: RowTransforms.Taps, Stride: 1, PoolHeight: 2, PoolWidth: 2, PoolStride: 2 }
        && 4 * size.OutputWidth >= 3 * MatrixProduct.RoundColumns(size.OutputWidth);

    public override void Pack(FloatBuffer parameters, int weightStart)
    {
        Span<float> points = stackalloc float[RowTransforms.Points];
        for (int f = 0; f < Filters; f++)
        {
            ReadOnlySpan<float> w = parameters.Slice(weightStart + f * Size.Taps, Size.Taps);
            for (int tap = 0; tap < Taps; tap++)
            {
                RowTransforms.Filter(w.Slice(tap * RowTransforms.Taps, RowTransforms.Taps), points);
                int at = (f / Tile.Rows * Taps + tap) * Tile.Rows + f % Tile.Rows;
                for (int point = 0; point < points.Length; point++) filters.Span[point * FiltersPitch + at] = points[point];
            }
        }
    }

    // The zeros of the padding are never written, neither beside a row nor above and below.
    public override void Load(int worker, int place, ReadOnlySpan<float> x)
    {
        (int C, int H, int W, int padding) = (Size.Channels, Size.Height, Size.Width, Size.Padding);
        float* even = halves[worker].Pointer, odd = even + HalfPitch;
        for (int c = 0; c < C; c++)
        {
            for (int h = 0; h < H; h++)
            {
                ReadOnlySpan<float> row = x.Slice((c * H + h) * W, W);
                for (int w = 0; w < W; w++) (((w + padding) & 1) == 0 ? even : odd)[(w + padding) >> 1] = row[w];
                float* to = rows[worker].Pointer + (c * imageRows + h + padding) * windows;
                for (int i = 0; i < windows; i += Tile.Columns) RowTransforms.Input(even + i, odd + i, to + i, rowsPitch);
            }
        }
    }

    public override void Write(int worker, int block, int count, in FilteringOutput output)
    {
        int first = block * Tile.Rows, there = Math.Min(Tile.Rows, Filters - first), plane = Size.OutputHeight * Size.OutputWidth;
        Span<float> y = output.Planes(this, 0, first, there);
        Span<byte> winners = output.WinnersOf(this, 0, first, there);
        Vector512<float> bias = output.BiasOf(first, there);
        for (int oh = 0; oh < Size.OutputHeight; oh++)
        {
            for (int ow = 0; ow < Size.OutputWidth; ow += Tile.Columns)
            {
                Multiply(worker, block, rows[worker].Pointer + 2 * oh * windows + ow);
                int lanes = Math.Min(Tile.Columns, Size.OutputWidth - ow);
                for (int f = 0; f < there; f++)
                {
                    int at = f * plane + oh * Size.OutputWidth + ow;
                    float* upper = sums[worker].Pointer + f * PairPitch, lower = upper + Tile.Columns;
                    Vector512<float> largest = Pool(upper, lower, Vector512.Create(bias[f]), out Vector512<int> winner);
                    Elementwise.Store(output.Relu ? Elementwise.Relu(largest) : largest, y.Slice(at, lanes));
                    if (!winners.IsEmpty) ConvolutionOutput.StoreBytes(winner, winners.Slice(at, lanes));
                }
            }
        }
    }

    private static Vector512<float> Pool(float* upper, float* lower, Vector512<float> bias, out Vector512<int> winner)
    {
        winner = default;
        (Vector512<float> largest, Vector512<float> right) = RowTransforms.Output(upper, PointPitch);
        (Vector512<float> below, Vector512<float> across) = RowTransforms.Output(lower, PointPitch);
        largest += bias;
        ConvolutionOutput.Compete(right + bias, 1, ref largest, ref winner);
        ConvolutionOutput.Compete(below + bias, 2, ref largest, ref winner);
        ConvolutionOutput.Compete(across + bias, 3, ref largest, ref winner);
        return largest;
    }

    // (point, 8 filters, upper and lower row of sixteen windows); x: the first of them in the transformed rows.
    private void Multiply(int worker, int block, float* x)
    {
        fixed (int* offsets = taps)
        {
            for (int point = 0; point < RowTransforms.Points; point++)
            {
                float* w = filters.Pointer + point * FiltersPitch + block * Tile.Rows * Taps, from = x + point * rowsPitch, to = sums[worker].Pointer + point * PointPitch;
                Tile.MultiplyAdd(TileRows.Packed(w), offsets, Taps, from, from + windows, to, to + Tile.Columns, PairPitch, false);
            }
        }
    }
}
