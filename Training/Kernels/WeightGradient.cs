using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>
/// The gradient of a convolution's weights: dw[t, f] = sum over outputs q of planes[offset[t] + q] * dy[q, f]. The lanes are filters, so each
/// sum runs over the outputs in one order (pooling element, row, column), whatever the vector width.
/// </summary>
internal static unsafe class WeightGradient
{
    /// <summary>Numbers from one output to the next in dy, and from one tap to the next in dw: the filters, rounded up to whole blocks.</summary>
    public static int PitchOf(int filters) => (filters + Tile.Columns - 1) / Tile.Columns * Tile.Columns;

    /// <summary>Rows of dw: the taps, rounded up to whole tiles.</summary>
    public static int RowsOf(Correlation layout) => (layout.Taps + Tile.Rows - 1) / Tile.Rows * Tile.Rows;

    /// <summary>Turns one image's gradient around: dy (F, OH, OW) to (pooling element, OH, OW, F), 0 where another element won the window.</summary>
    public static void Turn(Correlation layout, int filters, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> winners, Span<float> turned)
    {
        int outputs = layout.Size.OutputHeight * layout.Size.OutputWidth, pitch = PitchOf(filters);
        if (!winners.IsEmpty) turned.Clear();
        for (int f = 0; f < filters; f++)
        {
            for (int q = 0; q < outputs; q++)
            {
                int from = f * outputs + q;
                int element = winners.IsEmpty ? 0 : winners[from];
                turned[(element * outputs + q) * pitch + f] = gradient[from];
            }
        }
    }

    /// <summary>Adds one image's part to dw (rows of taps) and db.</summary>
    /// <param name="layout">The forward layout with a group of one image.</param>
    /// <param name="filters">F.</param>
    /// <param name="planes">The image's planes.</param>
    /// <param name="turned">The image's gradient from <see cref="Turn"/>.</param>
    /// <param name="dw">(taps rounded up, filters rounded up).</param>
    /// <param name="db">(filters rounded up).</param>
    public static void Add(Correlation layout, int filters, FloatBuffer planes, FloatBuffer turned, Span<float> dw, Span<float> db)
    {
        int pitch = PitchOf(filters), outputs = layout.Size.OutputHeight * layout.Size.OutputWidth;
        int* taps = stackalloc int[Tile.Rows];
        fixed (float* dwStart = dw)
        {
            for (int element = 0; element < layout.PoolElements; element++)
            {
                ReadOnlySpan<int> offsets = layout.Offsets(element);
                float* dy = turned.Pointer + element * outputs * pitch;
                for (int f = 0; f < pitch; f += 2 * Tile.Columns)
                {
                    bool two = f + Tile.Columns < pitch;
                    for (int t = 0; t < layout.Taps; t += Tile.Rows)
                    {
                        for (int i = 0; i < Tile.Rows; i++) taps[i] = offsets[Math.Min(t + i, layout.Taps - 1)];
                        AddTile(layout, planes.Pointer, taps, dy + f, dwStart + t * pitch + f, pitch, two);
                    }
                }
            }
        }

        for (int row = 0; row < layout.PoolElements * outputs; row++)
            for (int f = 0; f < pitch; f += Tile.Columns)
                (Vector512.Load(turned.Pointer + row * pitch + f) + Vector512.Create<float>(db[f..])).CopyTo(db[f..]);
    }

    private static void AddTile(Correlation layout, float* planes, int* taps, float* dy, float* dw, int pitch, bool two)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            if (two) Double<Simd512, Vector512<float>>(layout, planes, taps, dy, dw, pitch);
            else Single<Simd512, Vector512<float>>(layout, planes, taps, dy, dw, pitch);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (int j = 0; j < (two ? 2 : 1) * Tile.Columns; j += Simd256.Lanes)
                Single<Simd256, Vector256<float>>(layout, planes, taps, dy + j, dw + j, pitch);
        }
        else
        {
            for (int j = 0; j < (two ? 2 : 1) * Tile.Columns; j += Simd128.Lanes)
                Single<Simd128, Vector128<float>>(layout, planes, taps, dy + j, dw + j, pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single<TSimd, TVector>(Correlation layout, float* planes, int* taps, float* dy, float* dw, int pitch)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        (int rows, int columns) = (layout.Size.OutputHeight, layout.Size.OutputWidth);
        float* x0 = planes + taps[0], x1 = planes + taps[1], x2 = planes + taps[2], x3 = planes + taps[3];
        float* x4 = planes + taps[4], x5 = planes + taps[5], x6 = planes + taps[6], x7 = planes + taps[7];
        TVector c0 = TSimd.Load(dw), c1 = TSimd.Load(dw + pitch), c2 = TSimd.Load(dw + 2 * pitch), c3 = TSimd.Load(dw + 3 * pitch);
        TVector c4 = TSimd.Load(dw + 4 * pitch), c5 = TSimd.Load(dw + 5 * pitch), c6 = TSimd.Load(dw + 6 * pitch), c7 = TSimd.Load(dw + 7 * pitch);
        for (nint row = 0; row < rows; row++)
        {
            nint end = row * layout.Pitch + columns;
            for (nint q = row * layout.Pitch; q < end; q++, dy += pitch)
            {
                TVector y = TSimd.Load(dy);
                c0 = TSimd.MultiplyAdd(TSimd.Broadcast(x0[q]), y, c0);
                c1 = TSimd.MultiplyAdd(TSimd.Broadcast(x1[q]), y, c1);
                c2 = TSimd.MultiplyAdd(TSimd.Broadcast(x2[q]), y, c2);
                c3 = TSimd.MultiplyAdd(TSimd.Broadcast(x3[q]), y, c3);
                c4 = TSimd.MultiplyAdd(TSimd.Broadcast(x4[q]), y, c4);
                c5 = TSimd.MultiplyAdd(TSimd.Broadcast(x5[q]), y, c5);
                c6 = TSimd.MultiplyAdd(TSimd.Broadcast(x6[q]), y, c6);
                c7 = TSimd.MultiplyAdd(TSimd.Broadcast(x7[q]), y, c7);
            }
        }

        TSimd.Store(c0, dw);
        TSimd.Store(c1, dw + pitch);
        TSimd.Store(c2, dw + 2 * pitch);
        TSimd.Store(c3, dw + 3 * pitch);
        TSimd.Store(c4, dw + 4 * pitch);
        TSimd.Store(c5, dw + 5 * pitch);
        TSimd.Store(c6, dw + 6 * pitch);
        TSimd.Store(c7, dw + 7 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Double<TSimd, TVector>(Correlation layout, float* planes, int* taps, float* dy, float* dw, int pitch)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        (int rows, int columns) = (layout.Size.OutputHeight, layout.Size.OutputWidth);
        float* x0 = planes + taps[0], x1 = planes + taps[1], x2 = planes + taps[2], x3 = planes + taps[3];
        float* x4 = planes + taps[4], x5 = planes + taps[5], x6 = planes + taps[6], x7 = planes + taps[7];
        float* dw1 = dw + TSimd.Lanes;
        TVector c00 = TSimd.Load(dw), c10 = TSimd.Load(dw + pitch), c20 = TSimd.Load(dw + 2 * pitch), c30 = TSimd.Load(dw + 3 * pitch);
        TVector c40 = TSimd.Load(dw + 4 * pitch), c50 = TSimd.Load(dw + 5 * pitch), c60 = TSimd.Load(dw + 6 * pitch), c70 = TSimd.Load(dw + 7 * pitch);
        TVector c01 = TSimd.Load(dw1), c11 = TSimd.Load(dw1 + pitch), c21 = TSimd.Load(dw1 + 2 * pitch), c31 = TSimd.Load(dw1 + 3 * pitch);
        TVector c41 = TSimd.Load(dw1 + 4 * pitch), c51 = TSimd.Load(dw1 + 5 * pitch), c61 = TSimd.Load(dw1 + 6 * pitch), c71 = TSimd.Load(dw1 + 7 * pitch);
        for (nint row = 0; row < rows; row++)
        {
            nint end = row * layout.Pitch + columns;
            for (nint q = row * layout.Pitch; q < end; q++, dy += pitch)
            {
                TVector y0 = TSimd.Load(dy), y1 = TSimd.Load(dy + TSimd.Lanes);
                TVector x = TSimd.Broadcast(x0[q]);
                (c00, c01) = (TSimd.MultiplyAdd(x, y0, c00), TSimd.MultiplyAdd(x, y1, c01));
                x = TSimd.Broadcast(x1[q]);
                (c10, c11) = (TSimd.MultiplyAdd(x, y0, c10), TSimd.MultiplyAdd(x, y1, c11));
                x = TSimd.Broadcast(x2[q]);
                (c20, c21) = (TSimd.MultiplyAdd(x, y0, c20), TSimd.MultiplyAdd(x, y1, c21));
                x = TSimd.Broadcast(x3[q]);
                (c30, c31) = (TSimd.MultiplyAdd(x, y0, c30), TSimd.MultiplyAdd(x, y1, c31));
                x = TSimd.Broadcast(x4[q]);
                (c40, c41) = (TSimd.MultiplyAdd(x, y0, c40), TSimd.MultiplyAdd(x, y1, c41));
                x = TSimd.Broadcast(x5[q]);
                (c50, c51) = (TSimd.MultiplyAdd(x, y0, c50), TSimd.MultiplyAdd(x, y1, c51));
                x = TSimd.Broadcast(x6[q]);
                (c60, c61) = (TSimd.MultiplyAdd(x, y0, c60), TSimd.MultiplyAdd(x, y1, c61));
                x = TSimd.Broadcast(x7[q]);
                (c70, c71) = (TSimd.MultiplyAdd(x, y0, c70), TSimd.MultiplyAdd(x, y1, c71));
            }
        }

        TSimd.Store(c00, dw);
        TSimd.Store(c01, dw1);
        TSimd.Store(c10, dw + pitch);
        TSimd.Store(c11, dw1 + pitch);
        TSimd.Store(c20, dw + 2 * pitch);
        TSimd.Store(c21, dw1 + 2 * pitch);
        TSimd.Store(c30, dw + 3 * pitch);
        TSimd.Store(c31, dw1 + 3 * pitch);
        TSimd.Store(c40, dw + 4 * pitch);
        TSimd.Store(c41, dw1 + 4 * pitch);
        TSimd.Store(c50, dw + 5 * pitch);
        TSimd.Store(c51, dw1 + 5 * pitch);
        TSimd.Store(c60, dw + 6 * pitch);
        TSimd.Store(c61, dw1 + 6 * pitch);
        TSimd.Store(c70, dw + 7 * pitch);
        TSimd.Store(c71, dw1 + 7 * pitch);
    }
}
