using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The weights' gradient of a convolution behind which windows are pooled, for filters about seven rows high and wide: a row of taps is read from the padded
/// image itself, as eight lanes, and the sums of a channel's rows stay in registers over all outputs of an image. The image is there twice, the second
/// time eight numbers further on, so that no eight lanes lie across two cache lines.
/// </summary>
/// <remarks>1.5x over <see cref="PatchGradient"/> for 32 filters of 3x7x7 on 100 images of 32x32: no patches are laid out, and each sum is loaded once an image.</remarks>
internal sealed unsafe class PooledRowGradient : WeightGradient
{
    private const int Rows = 7, Lanes = 8, Line = 16; // numbers of a cache line
    private readonly int imagePitch, imagePlane, copyLength, filterRows;
    private readonly FloatBuffer image;
    private readonly int[] positions, found;

    public PooledRowGradient(ConvolutionSize size, int filters)
        : base(size, filters)
    {
        imagePitch = (size.Width + 2 * size.Padding + Lanes + Line - 1) / Line * Line;
        imagePlane = (size.Height + 2 * size.Padding) * imagePitch;
        filterRows = RoundRows(size.FilterHeight);
        copyLength = size.Channels * imagePlane + Rows * imagePitch; // rows that are not there are read, and their sums never used
        image = new FloatBuffer(2 * copyLength);
        positions = [.. Enumerable.Range(0, Elements * Outputs).Select(i => PositionOf(i % Outputs, i / Outputs))];
        found = new int[(filters + 1) * Outputs]; // of an odd number, the last one's neighbour has gradients of 0
    }

    public override int Pitch => Size.Channels * filterRows * Lanes;

    private int Outputs => Size.OutputHeight * Size.OutputWidth;

    private int Elements => Size.PoolHeight * Size.PoolWidth;

    /// <summary>Whether it serves a convolution, with at least two thirds of what it multiplies in use.</summary>
    public static bool Fits(ConvolutionSize size) =>
        size.PoolHeight * size.PoolWidth > 1 && size.FilterWidth <= Lanes && 3 * size.FilterHeight * size.FilterWidth >= 2 * RoundRows(size.FilterHeight) * Lanes;

    public override void Add(ReadOnlySpan<float> x, FloatBuffer dy, ReadOnlySpan<byte> argmax, FloatBuffer sums)
    {
        Load(x);
        for (int i = 0; i < argmax.Length; i += Outputs) Find(argmax.Slice(i, Outputs), found.AsSpan(i, Outputs));
        fixed (int* won = found)
        {
            for (int c = 0; c < Size.Channels; c++) // outside, so that a channel stays in the first-level cache for all filters
                for (int row = 0; row < filterRows; row += Rows)
                    for (int f = 0; f < Filters; f += 2)
                        AddPair(new WonPair(dy.Pointer + f * Outputs, won + f * Outputs, Outputs), c * imagePlane + row * imagePitch, sums.Pointer + f * Pitch + (c * filterRows + row) * Lanes);
        }
    }

    public override void CopyTo(ReadOnlySpan<float> sums, Span<float> dw)
    {
        for (int row = 0; row < Size.Channels * Size.FilterHeight; row++)
        {
            int from = (row / Size.FilterHeight * filterRows + row % Size.FilterHeight) * Lanes;
            sums.Slice(from, Size.FilterWidth).CopyTo(dw[(row * Size.FilterWidth)..]);
        }
    }

    private static int RoundRows(int rows) => (rows + Rows - 1) / Rows * Rows;

    // Where the taps of an output begin, in the copy where they lie within a line.
    private int PositionOf(int output, int element)
    {
        int row = (output / Size.OutputWidth * Size.PoolStride + element / Size.PoolWidth) * Size.Stride;
        int column = (output % Size.OutputWidth * Size.PoolStride + element % Size.PoolWidth) * Size.Stride;
        return row * imagePitch + column + (column % Line <= Line - Lanes ? 0 : copyLength + Lanes);
    }

    // The zeros of the padding are never written.
    private void Load(ReadOnlySpan<float> x)
    {
        for (int c = 0; c < Size.Channels; c++)
        {
            for (int h = 0; h < Size.Height; h++)
            {
                ReadOnlySpan<float> row = x.Slice((c * Size.Height + h) * Size.Width, Size.Width);
                int at = c * imagePlane + (h + Size.Padding) * imagePitch + Size.Padding;
                row.CopyTo(image.Slice(at, Size.Width));
                row.CopyTo(image.Slice(at + copyLength + Lanes, Size.Width));
            }
        }
    }

    // Element by element rather than output by output, so that vectors of outputs are chosen from.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find(ReadOnlySpan<byte> argmax, Span<int> found)
    {
        positions.AsSpan(0, Outputs).CopyTo(found);
        for (int element = 1; element < Elements; element++)
        {
            ReadOnlySpan<int> candidates = positions.AsSpan(element * Outputs, Outputs);
            int q = 0;
            for (; q <= Outputs - Line; q += Line)
            {
                Vector512<int> winner = Vector512.WidenLower(Vector512.WidenLower(Vector128.Create(argmax[q..]).ToVector256Unsafe().ToVector512Unsafe())).AsInt32();
                Vector512<int> won = Vector512.Equals(winner, Vector512.Create(element));
                Vector512.ConditionalSelect(won, Vector512.Create(candidates[q..]), Vector512.Create<int>(found[q..])).CopyTo(found[q..]);
            }

            for (; q < Outputs; q++) if (argmax[q] == element) found[q] = candidates[q];
        }
    }

    private void AddPair(WonPair pair, int start, float* sums)
    {
        float* from = image.Pointer + start;
        if (Vector256.IsHardwareAccelerated)
        {
            AddPair<Simd256, Vector256<float>>(pair, from, imagePitch, sums, sums + Pitch);
            return;
        }

        for (int half = 0; half < Lanes; half += Simd128.Lanes)
            AddPair<Simd128, Vector128<float>>(pair, from + half, imagePitch, sums + half, sums + Pitch + half);
    }

    // 14 sums hide the latency of a multiply-add, and fit 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPair<TSimd, TVector>(WonPair pair, float* image, nint pitch, float* sums0, float* sums1)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector a0 = TSimd.Load(sums0), a1 = TSimd.Load(sums0 + Lanes), a2 = TSimd.Load(sums0 + 2 * Lanes), a3 = TSimd.Load(sums0 + 3 * Lanes);
        TVector a4 = TSimd.Load(sums0 + 4 * Lanes), a5 = TSimd.Load(sums0 + 5 * Lanes), a6 = TSimd.Load(sums0 + 6 * Lanes);
        TVector b0 = TSimd.Load(sums1), b1 = TSimd.Load(sums1 + Lanes), b2 = TSimd.Load(sums1 + 2 * Lanes), b3 = TSimd.Load(sums1 + 3 * Lanes);
        TVector b4 = TSimd.Load(sums1 + 4 * Lanes), b5 = TSimd.Load(sums1 + 5 * Lanes), b6 = TSimd.Load(sums1 + 6 * Lanes);
        float* dy0 = pair.Gradient, dy1 = dy0 + pair.Count;
        int* won0 = pair.Won, won1 = won0 + pair.Count;
        for (nint q = 0; q < pair.Count; q++)
        {
            float* x = image + won0[q], below = x + 4 * pitch;
            TVector dy = TSimd.Broadcast(dy0[q]);
            a0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), a0);
            a1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + pitch), a1);
            a2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * pitch), a2);
            a3 = TSimd.MultiplyAdd(dy, TSimd.Load(below - pitch), a3);
            a4 = TSimd.MultiplyAdd(dy, TSimd.Load(below), a4);
            a5 = TSimd.MultiplyAdd(dy, TSimd.Load(below + pitch), a5);
            a6 = TSimd.MultiplyAdd(dy, TSimd.Load(below + 2 * pitch), a6);
            x = image + won1[q];
            below = x + 4 * pitch;
            dy = TSimd.Broadcast(dy1[q]);
            b0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), b0);
            b1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + pitch), b1);
            b2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * pitch), b2);
            b3 = TSimd.MultiplyAdd(dy, TSimd.Load(below - pitch), b3);
            b4 = TSimd.MultiplyAdd(dy, TSimd.Load(below), b4);
            b5 = TSimd.MultiplyAdd(dy, TSimd.Load(below + pitch), b5);
            b6 = TSimd.MultiplyAdd(dy, TSimd.Load(below + 2 * pitch), b6);
        }

        Store<TSimd, TVector>(a0, a1, a2, a3, a4, a5, a6, sums0);
        Store<TSimd, TVector>(b0, b1, b2, b3, b4, b5, b6, sums1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TSimd, TVector>(TVector v0, TVector v1, TVector v2, TVector v3, TVector v4, TVector v5, TVector v6, float* to)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(v0, to);
        TSimd.Store(v1, to + Lanes);
        TSimd.Store(v2, to + 2 * Lanes);
        TSimd.Store(v3, to + 3 * Lanes);
        TSimd.Store(v4, to + 4 * Lanes);
        TSimd.Store(v5, to + 5 * Lanes);
        TSimd.Store(v6, to + 6 * Lanes);
    }

    /// <summary>The gradients of two filters, <paramref name="count"/> each, and where the taps of their outputs begin.</summary>
    private readonly struct WonPair(float* gradient, int* won, int count)
    {
        public readonly float* Gradient = gradient;
        public readonly int* Won = won;
        public readonly int Count = count;
    }
}
