using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>
/// The register tile behind matrix products and convolutions: 8 rows by one or two blocks of 16 columns,
/// c[i, j] += sum over k of a[i, k] * b[offsets[k] + j], where each output adds its products one by one in the order of k. The order
/// is the same for every vector width, so the bits are too.
/// </summary>
internal static unsafe class Tile
{
    /// <summary>Rows of a tile: the numbers of <c>a</c> that are broadcast per k.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a block.</summary>
    public const int Columns = 16;

    /// <summary>Adds the products of two column blocks; <paramref name="b1"/> null means the first block alone.</summary>
    /// <param name="a">8 rows of K numbers.</param>
    /// <param name="offsets">Where in b the numbers of each k begin.</param>
    /// <param name="K">Products per output.</param>
    /// <param name="b0">The first block's origin; 16 numbers are read from b0 + offsets[k].</param>
    /// <param name="b1">The second block's origin.</param>
    /// <param name="c0">The first block's output, 8 rows.</param>
    /// <param name="c1">The second block's output.</param>
    /// <param name="pitch">Numbers from one row of c to the next.</param>
    /// <param name="accumulate">Whether c is added to, or overwritten.</param>
    public static void MultiplyAdd(TileRows a, int* offsets, int K, float* b0, float* b1, float* c0, float* c1, int pitch, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            if (b1 != null)
            {
                Double<Simd512, Vector512<float>>(a, offsets, K, b0, b1, c0, c1, pitch, accumulate);
                return;
            }

            Single<Simd512, Vector512<float>>(a, offsets, K, b0, c0, pitch, accumulate);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Columns16<Simd256, Vector256<float>>(a, offsets, K, b0, c0, pitch, accumulate);
            if (b1 != null) Columns16<Simd256, Vector256<float>>(a, offsets, K, b1, c1, pitch, accumulate);
        }
        else
        {
            Columns16<Simd128, Vector128<float>>(a, offsets, K, b0, c0, pitch, accumulate);
            if (b1 != null) Columns16<Simd128, Vector128<float>>(a, offsets, K, b1, c1, pitch, accumulate);
        }
    }

    // With 16 registers, 8 accumulators and one column vector are what fits.
    private static void Columns16<TSimd, TVector>(TileRows a, int* offsets, int K, float* b, float* c, int pitch, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (int j = 0; j < Columns; j += TSimd.Lanes) Single<TSimd, TVector>(a, offsets, K, b + j, c + j, pitch, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Single<TSimd, TVector>(TileRows a, int* offsets, int K, float* b, float* c, int pitch, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        if (accumulate)
        {
            c0 = TSimd.Load(c);
            c1 = TSimd.Load(c + pitch);
            c2 = TSimd.Load(c + 2 * pitch);
            c3 = TSimd.Load(c + 3 * pitch);
            c4 = TSimd.Load(c + 4 * pitch);
            c5 = TSimd.Load(c + 5 * pitch);
            c6 = TSimd.Load(c + 6 * pitch);
            c7 = TSimd.Load(c + 7 * pitch);
        }

        float* top = a.First, bottom = top + 4 * a.Row;
        nint one = a.Row, two = 2 * one, three = 3 * one, step = a.Step;
        for (int* end = offsets + K; offsets < end; offsets++, top += step, bottom += step)
        {
            TVector x = TSimd.Load(b + *offsets);
            c0 = TSimd.MultiplyAdd(TSimd.Broadcast(top[0]), x, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Broadcast(top[one]), x, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Broadcast(top[two]), x, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Broadcast(top[three]), x, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Broadcast(bottom[0]), x, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Broadcast(bottom[one]), x, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Broadcast(bottom[two]), x, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Broadcast(bottom[three]), x, c7);
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + pitch);
        TSimd.Store(c2, c + 2 * pitch);
        TSimd.Store(c3, c + 3 * pitch);
        TSimd.Store(c4, c + 4 * pitch);
        TSimd.Store(c5, c + 5 * pitch);
        TSimd.Store(c6, c + 6 * pitch);
        TSimd.Store(c7, c + 7 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Double<TSimd, TVector>(TileRows a, int* offsets, int K, float* b0, float* b1, float* c0, float* c1, int pitch, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector c00 = default, c10 = default, c20 = default, c30 = default, c40 = default, c50 = default, c60 = default, c70 = default;
        TVector c01 = default, c11 = default, c21 = default, c31 = default, c41 = default, c51 = default, c61 = default, c71 = default;
        if (accumulate)
        {
            (c00, c01) = (TSimd.Load(c0), TSimd.Load(c1));
            (c10, c11) = (TSimd.Load(c0 + pitch), TSimd.Load(c1 + pitch));
            (c20, c21) = (TSimd.Load(c0 + 2 * pitch), TSimd.Load(c1 + 2 * pitch));
            (c30, c31) = (TSimd.Load(c0 + 3 * pitch), TSimd.Load(c1 + 3 * pitch));
            (c40, c41) = (TSimd.Load(c0 + 4 * pitch), TSimd.Load(c1 + 4 * pitch));
            (c50, c51) = (TSimd.Load(c0 + 5 * pitch), TSimd.Load(c1 + 5 * pitch));
            (c60, c61) = (TSimd.Load(c0 + 6 * pitch), TSimd.Load(c1 + 6 * pitch));
            (c70, c71) = (TSimd.Load(c0 + 7 * pitch), TSimd.Load(c1 + 7 * pitch));
        }

        float* top = a.First, bottom = top + 4 * a.Row;
        nint one = a.Row, two = 2 * one, three = 3 * one, step = a.Step;
        for (int* end = offsets + K; offsets < end; offsets++, top += step, bottom += step)
        {
            TVector x0 = TSimd.Load(b0 + *offsets), x1 = TSimd.Load(b1 + *offsets);
            TVector w = TSimd.Broadcast(top[0]);
            (c00, c01) = (TSimd.MultiplyAdd(w, x0, c00), TSimd.MultiplyAdd(w, x1, c01));
            w = TSimd.Broadcast(top[one]);
            (c10, c11) = (TSimd.MultiplyAdd(w, x0, c10), TSimd.MultiplyAdd(w, x1, c11));
            w = TSimd.Broadcast(top[two]);
            (c20, c21) = (TSimd.MultiplyAdd(w, x0, c20), TSimd.MultiplyAdd(w, x1, c21));
            w = TSimd.Broadcast(top[three]);
            (c30, c31) = (TSimd.MultiplyAdd(w, x0, c30), TSimd.MultiplyAdd(w, x1, c31));
            w = TSimd.Broadcast(bottom[0]);
            (c40, c41) = (TSimd.MultiplyAdd(w, x0, c40), TSimd.MultiplyAdd(w, x1, c41));
            w = TSimd.Broadcast(bottom[one]);
            (c50, c51) = (TSimd.MultiplyAdd(w, x0, c50), TSimd.MultiplyAdd(w, x1, c51));
            w = TSimd.Broadcast(bottom[two]);
            (c60, c61) = (TSimd.MultiplyAdd(w, x0, c60), TSimd.MultiplyAdd(w, x1, c61));
            w = TSimd.Broadcast(bottom[three]);
            (c70, c71) = (TSimd.MultiplyAdd(w, x0, c70), TSimd.MultiplyAdd(w, x1, c71));
        }

        Store<TSimd, TVector>(c00, c01, c0, c1);
        Store<TSimd, TVector>(c10, c11, c0 + pitch, c1 + pitch);
        Store<TSimd, TVector>(c20, c21, c0 + 2 * pitch, c1 + 2 * pitch);
        Store<TSimd, TVector>(c30, c31, c0 + 3 * pitch, c1 + 3 * pitch);
        Store<TSimd, TVector>(c40, c41, c0 + 4 * pitch, c1 + 4 * pitch);
        Store<TSimd, TVector>(c50, c51, c0 + 5 * pitch, c1 + 5 * pitch);
        Store<TSimd, TVector>(c60, c61, c0 + 6 * pitch, c1 + 6 * pitch);
        Store<TSimd, TVector>(c70, c71, c0 + 7 * pitch, c1 + 7 * pitch);
    }

    private static void Store<TSimd, TVector>(TVector first, TVector second, float* c0, float* c1)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(first, c0);
        TSimd.Store(second, c1);
    }
}

/// <summary>8 rows of a matrix wherever they lie: number k of row i is First[i * Row + k * Step].</summary>
internal readonly unsafe struct TileRows(float* first, nint row, nint step)
{
    /// <summary>Number 0 of row 0.</summary>
    public readonly float* First = first;

    /// <summary>Numbers from one row to the next.</summary>
    public readonly nint Row = row;

    /// <summary>Numbers from one number of a row to the next.</summary>
    public readonly nint Step = step;

    /// <summary>Rows packed side by side: K groups of 8 numbers.</summary>
    public static TileRows Packed(float* first) => new(first, 1, Tile.Rows);
}
