using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// Sums behind a pooling: dw[f, t] += sum over outputs q of dy[f, q] * x[won[f, q] + t], for two filters and some vectors of taps, in the order of
/// the outputs. The sums stay in registers, and as many as there are hide the latency of a multiply-add.
/// </summary>
internal static unsafe class WonProducts
{
    /// <summary>Vectors of 16 taps that are summed in one go: either of them.</summary>
    public const int Few = 4, Many = 5;

    /// <summary>Adds the products of two filters for <paramref name="vectors"/> vectors of 16 taps.</summary>
    /// <param name="pair">The gradients of both filters, and what won their windows.</param>
    /// <param name="x">What the first tap of the first patch is.</param>
    /// <param name="dw0">The first filter's sums.</param>
    /// <param name="dw1">The second one's.</param>
    /// <param name="vectors"><see cref="Few"/> or <see cref="Many"/>.</param>
    public static void Add(WonGradient pair, float* x, float* dw0, float* dw1, int vectors)
    {
        if (Vector512.IsHardwareAccelerated) Add<Simd512, Vector512<float>>(pair, x, dw0, dw1, vectors);
        else if (Vector256.IsHardwareAccelerated) Add<Simd256, Vector256<float>>(pair, x, dw0, dw1, vectors);
        else Add<Simd128, Vector128<float>>(pair, x, dw0, dw1, vectors);
    }

    private static void Add<TSimd, TVector>(WonGradient pair, float* x, float* dw0, float* dw1, int vectors)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (int t = 0; t < vectors * Tile.Columns; t += vectors * TSimd.Lanes)
        {
            if (vectors == Few) AddFew<TSimd, TVector>(pair, x + t, dw0 + t, dw1 + t);
            else AddMany<TSimd, TVector>(pair, x + t, dw0 + t, dw1 + t);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFew<TSimd, TVector>(WonGradient pair, float* from, float* dw0, float* dw1)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        TVector a0 = TSimd.Load(dw0), a1 = TSimd.Load(dw0 + lanes), a2 = TSimd.Load(dw0 + 2 * lanes), a3 = TSimd.Load(dw0 + 3 * lanes);
        TVector b0 = TSimd.Load(dw1), b1 = TSimd.Load(dw1 + lanes), b2 = TSimd.Load(dw1 + 2 * lanes), b3 = TSimd.Load(dw1 + 3 * lanes);
        float* dy0 = pair.Gradient, dy1 = dy0 + pair.Pitch;
        int* won0 = pair.Won, won1 = won0 + pair.WonPitch;
        for (nint q = 0; q < pair.Count; q++)
        {
            float* x = from + won0[q];
            TVector dy = TSimd.Broadcast(dy0[q]);
            a0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), a0);
            a1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + lanes), a1);
            a2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * lanes), a2);
            a3 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 3 * lanes), a3);
            x = from + won1[q];
            dy = TSimd.Broadcast(dy1[q]);
            b0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), b0);
            b1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + lanes), b1);
            b2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * lanes), b2);
            b3 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 3 * lanes), b3);
        }

        TSimd.Store(a0, dw0);
        TSimd.Store(a1, dw0 + lanes);
        TSimd.Store(a2, dw0 + 2 * lanes);
        TSimd.Store(a3, dw0 + 3 * lanes);
        TSimd.Store(b0, dw1);
        TSimd.Store(b1, dw1 + lanes);
        TSimd.Store(b2, dw1 + 2 * lanes);
        TSimd.Store(b3, dw1 + 3 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddMany<TSimd, TVector>(WonGradient pair, float* from, float* dw0, float* dw1)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        TVector a0 = TSimd.Load(dw0), a1 = TSimd.Load(dw0 + lanes), a2 = TSimd.Load(dw0 + 2 * lanes), a3 = TSimd.Load(dw0 + 3 * lanes), a4 = TSimd.Load(dw0 + 4 * lanes);
        TVector b0 = TSimd.Load(dw1), b1 = TSimd.Load(dw1 + lanes), b2 = TSimd.Load(dw1 + 2 * lanes), b3 = TSimd.Load(dw1 + 3 * lanes), b4 = TSimd.Load(dw1 + 4 * lanes);
        float* dy0 = pair.Gradient, dy1 = dy0 + pair.Pitch;
        int* won0 = pair.Won, won1 = won0 + pair.WonPitch;
        for (nint q = 0; q < pair.Count; q++)
        {
            float* x = from + won0[q];
            TVector dy = TSimd.Broadcast(dy0[q]);
            a0 = TSimd.MultiplyAdd(dy, TSimd.Load(x), a0);
            a1 = TSimd.MultiplyAdd(dy, TSimd.Load(x + lanes), a1);
            a2 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 2 * lanes), a2);
            a3 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 3 * lanes), a3);
            a4 = TSimd.MultiplyAdd(dy, TSimd.Load(x + 4 * lanes), a4);
            x = from + won1[q];
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
}

/// <summary>The gradients of filters, <paramref name="pitch"/> numbers apart, and where the patches lie that won them, <paramref name="wonPitch"/> apart.</summary>
internal readonly unsafe struct WonGradient(float* gradient, int pitch, int* won, int wonPitch, int count)
{
    public readonly float* Gradient = gradient;
    public readonly int Pitch = pitch, WonPitch = wonPitch, Count = count;
    public readonly int* Won = won;

    /// <summary>Those of a filter and of all behind it.</summary>
    public WonGradient From(int filter) => new(Gradient + filter * Pitch, Pitch, Won + filter * WonPitch, WonPitch, Count);
}
