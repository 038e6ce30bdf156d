using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A convolution with filters seven wide behind which 2x2 windows are pooled, by minimal filtering along the rows (<see cref="RowTransforms"/>): a quad of four
/// outputs, two windows, takes 10 multiplications in place of 28 per filter row. The lanes are eight quads of a row and those of the row two
/// below; with the rows between them they are two rows of windows, and pooling compares vectors. A sum runs over channels and filter rows in their order.
/// </summary>
/// <remarks>The error of float was 2.6e-6 of the largest output over 3 channels of 7x7 and 6.9e-6 over 64, four to six times that of plain sums. 2.1x their speed at (100, 3, 32, 32).</remarks>
internal sealed unsafe class PooledRowsAlgorithm : ConvolutionAlgorithm
{
    private const int Quads = 8, Step = 4; // quads side by side; rows of outputs at a time
    private const int PairPitch = 2 * Tile.Columns; // sums of a filter: upper rows of the windows, then lower ones
    private const int PointPitch = Tile.Rows * PairPitch;
    private readonly int windows, inputRows, rowsPitch; // windows of a row in whole vectors; rows of a channel that are read; numbers of one point
    private readonly FloatBuffer filters;
    private readonly FloatBuffer[] quarters, rows, sums;
    private readonly int[] taps;

    public PooledRowsAlgorithm(ConvolutionSize size, int filters, Team team)
        : base(size, filters)
    {
        windows = MatrixProduct.RoundColumns(size.OutputWidth);
        inputRows = RoundRows(size) + size.FilterHeight - 3;
        rowsPitch = size.Channels * inputRows * windows;
        taps = [.. Enumerable.Range(0, Taps).Select(tap => (tap / size.FilterHeight * inputRows + tap % size.FilterHeight) * windows)];
        this.filters = new FloatBuffer(RowTransforms.Points * FiltersPitch);
        quarters = FloatBuffer.Several(team.Size, RowTransforms.Outputs * QuarterPitch);
        rows = FloatBuffer.Several(team.Size, RowTransforms.Points * rowsPitch);
        sums = FloatBuffer.Several(team.Size, RowTransforms.Points * PointPitch);
    }

    public override int Group => 1;

    public override int BlockFilters => Tile.Rows;

    private int Taps => Size.Channels * Size.FilterHeight;

    private int FiltersPitch => Blocks * Tile.Rows * Taps;

    private int QuarterPitch => windows / 2 + Tile.Columns; // of a padded row, every fourth number

    /// <summary>Whether it serves a convolution, with at least half of the lanes in use.</summary>
    public static bool Fits(ConvolutionSize size) =>
        size is { FilterWidth: RowTransforms.Taps, Stride: 1, PoolHeight: 2, PoolWidth: 2, PoolStride: 2 }
        && 4 * size.OutputWidth * size.OutputHeight >= MatrixProduct.RoundColumns(size.OutputWidth) * RoundRows(size);

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
        float* quarter = quarters[worker].Pointer;
        for (int c = 0; c < C; c++)
        {
            for (int h = 0; h < Math.Min(H, inputRows + 2 - padding); h++)
            {
                ReadOnlySpan<float> row = x.Slice((c * H + h) * W, W);
                for (int w = 0; w < RowTransforms.Outputs; w++)
                {
                    (int at, int phase) = Math.DivRem(w + padding, RowTransforms.Outputs);
                    float* to = quarter + phase * QuarterPitch + at;
                    for (int i = w; i < row.Length; i += RowTransforms.Outputs) *to++ = row[i];
                }

                Transform(quarter, rows[worker].Pointer + c * inputRows * windows, h + padding);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Write(int worker, int block, int count, in ConvolutionTarget output)
    {
        (int OH, int OW, int first) = (Size.OutputHeight, Size.OutputWidth, block * Tile.Rows);
        int there = Math.Min(Tile.Rows, Filters - first);
        Span<float> y = output.Planes(this, 0, first, there);
        Span<byte> argmax = output.ArgmaxOf(this, 0, first, there);
        Vector512<float> bias = output.BiasOf(first, there);
        for (int oh = 0; oh < OH; oh += 2)
        {
            for (int ow = 0; ow < OW; ow += Tile.Columns)
            {
                Multiply(worker, block, rows[worker].Pointer + 2 * oh * windows + ow);
                int lanes = Math.Min(Tile.Columns, OW - ow);
                for (int f = 0; f < there; f++)
                {
                    Pool(sums[worker].Pointer + f * PairPitch, Vector512.Create(bias[f]), output.Relu, out PooledVector left, out PooledVector right);
                    int at = (f * OH + oh) * OW + ow;
                    PooledVector.StoreUpper(left, right, y.Slice(at, lanes), argmax.IsEmpty ? [] : argmax.Slice(at, lanes));
                    if (oh + 1 < OH) PooledVector.StoreLower(left, right, y.Slice(at + OW, lanes), argmax.IsEmpty ? [] : argmax.Slice(at + OW, lanes));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pool(float* sums, Vector512<float> bias, bool relu, out PooledVector left, out PooledVector right)
    {
        RowTransforms.Output(sums, PointPitch, out Vector512<float> u0, out Vector512<float> u1, out Vector512<float> u2, out Vector512<float> u3);
        RowTransforms.Output(sums + Tile.Columns, PointPitch, out Vector512<float> l0, out Vector512<float> l1, out Vector512<float> l2, out Vector512<float> l3);
        left = new PooledVector(u0 + bias, u1 + bias, l0 + bias, l1 + bias, relu);
        right = new PooledVector(u2 + bias, u3 + bias, l2 + bias, l3 + bias, relu);
    }

    // Rows of outputs before pooling, in whole steps.
    private static int RoundRows(ConvolutionSize size) => (2 * size.OutputHeight + Step - 1) / Step * Step;

    // A row is the upper half of its own vectors, and the lower half of those two rows above.
    private void Transform(float* quarter, float* channel, int row)
    {
        for (int i = 0; i < windows; i += Tile.Columns)
        {
            float* upper = channel + row * windows + i, lower = upper - 2 * windows + Quads;
            RowTransforms.Input(quarter + i / 2, QuarterPitch, row < inputRows ? upper : lower, row >= 2 ? lower : upper, rowsPitch);
        }
    }

    // (point, 8 filters, upper and lower rows of sixteen quads); x: the first of them in the transformed rows.
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

/// <summary>The largest of sixteen 2x2 windows, with which of their elements each is.</summary>
internal readonly struct PooledVector
{
    private readonly Vector512<float> largest;
    private readonly Vector512<int> winner;

    /// <summary>Pools four elements in row-major order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PooledVector(Vector512<float> e0, Vector512<float> e1, Vector512<float> e2, Vector512<float> e3, bool relu)
    {
        Vector512<int> first = default;
        ConvolutionOutput.Compete(e1, 1, ref e0, ref first);
        ConvolutionOutput.Compete(e2, 2, ref e0, ref first);
        ConvolutionOutput.Compete(e3, 3, ref e0, ref first);
        (largest, winner) = (relu ? Elementwise.Relu(e0) : e0, first);
    }

    /// <summary>Stores the windows of the upper eight lanes in turns, and their argmax where somebody asks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUpper(PooledVector left, PooledVector right, Span<float> y, Span<byte> argmax)
    {
        Elementwise.Store(InTurns(left.largest.GetLower(), right.largest.GetLower()), y);
        if (!argmax.IsEmpty) ConvolutionOutput.StoreBytes(InTurns(left.winner.GetLower().AsSingle(), right.winner.GetLower().AsSingle()).AsInt32(), argmax);
    }

    /// <summary>Stores those of the lower eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLower(PooledVector left, PooledVector right, Span<float> y, Span<byte> argmax)
    {
        Elementwise.Store(InTurns(left.largest.GetUpper(), right.largest.GetUpper()), y);
        if (!argmax.IsEmpty) ConvolutionOutput.StoreBytes(InTurns(left.winner.GetUpper().AsSingle(), right.winner.GetUpper().AsSingle()).AsInt32(), argmax);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> InTurns(Vector256<float> left, Vector256<float> right) =>
        Vector512.Shuffle(Vector512.Create(left, right), Vector512.Create(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
}
