using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The weights' gradient of any convolution from <see cref="Patches"/>: without pooling a matrix product, with pooling a multiply-add per vector of the patches
/// that won their windows.
/// </summary>
internal sealed unsafe class PatchGradient : WeightGradient
{
    private const int Vectors = 5; // accumulators per filter: with two filters, ten hide the latency of a multiply-add
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
            var gradient = new WonGradient(dy.Pointer + start, outputs, won, count);
            if (Vector512.IsHardwareAccelerated) AddPairs<Simd512, Vector512<float>>(gradient, dw.Pointer);
            else if (Vector256.IsHardwareAccelerated) AddPairs<Simd256, Vector256<float>>(gradient, dw.Pointer);
            else AddPairs<Simd128, Vector128<float>>(gradient, dw.Pointer);
        }
    }

    // The taps outside, so that their part of the patches stays in the first-level cache for all filters. An odd filter at the end has the row of
    // zeros after it for its other half.
    private void AddPairs<TSimd, TVector>(WonGradient gradient, float* dw)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (int t = 0; t < Size.Taps; t += Vectors * TSimd.Lanes)
            for (int f = 0; f < Filters; f += 2) AddPair<TSimd, TVector>(gradient.From(f), patches.Pointer + t, dw + f * Pitch + t, dw + (f + 1) * Pitch + t);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPair<TSimd, TVector>(WonGradient pair, float* patches, float* dw0, float* dw1)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        TVector a0 = TSimd.Load(dw0), a1 = TSimd.Load(dw0 + lanes), a2 = TSimd.Load(dw0 + 2 * lanes), a3 = TSimd.Load(dw0 + 3 * lanes), a4 = TSimd.Load(dw0 + 4 * lanes);
        TVector b0 = TSimd.Load(dw1), b1 = TSimd.Load(dw1 + lanes), b2 = TSimd.Load(dw1 + 2 * lanes), b3 = TSimd.Load(dw1 + 3 * lanes), b4 = TSimd.Load(dw1 + 4 * lanes);
        float* dy0 = pair.Gradient, dy1 = dy0 + pair.Pitch;
        for (nint q = 0; q < pair.Count; q++)
        {
            float* x = patches + pair.Won[q];
            TVector dy = TSimd.Broadcast(dy0[q]);
            a0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), a0);
            a1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + lanes), a1);
            a2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * lanes), a2);
            a3 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 3 * lanes), a3);
            a4 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 4 * lanes), a4);
            x = patches + pair.Won[pair.Count + q];
            dy = TSimd.Broadcast(dy1[q]);
            b0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), b0);
            b1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + lanes), b1);
            b2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * lanes), b2);
            b3 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 3 * lanes), b3);
            b4 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 4 * lanes), b4);
        }

        TSimd.Store(a0, dw0);
        TSimd.Store(a1, dw0 + lanes);
        TSimd.Store(a2, dw0 + 2 * lanes);
        TSimd.Store(a3, dw0 + 3 * lanes);
        TSimd.Store(a4, dw0 + 4 * lanes);
        TSimd.Store(b0, dw1);
        TSimd.Store(b1, dw1 + lanes);
        TSimd.Store(b2, dw1 + 2 * lanes);
        TSimd.Store(b3, dw1 + 3 * lanes);
        TSimd.Store(b4, dw1 + 4 * lanes);
    }

    /// <summary>The gradients of filters, <paramref name="pitch"/> numbers apart, and the patches that they go with, <paramref name="count"/> apart.</summary>
    private readonly struct WonGradient(float* gradient, int pitch, int* won, int count)
    {
        public readonly float* Gradient = gradient;
        public readonly int Pitch = pitch, Count = count;
        public readonly int* Won = won;

        public WonGradient From(int filter) => new(Gradient + filter * Pitch, Pitch, Won + filter * Count, Count);
    }
}
