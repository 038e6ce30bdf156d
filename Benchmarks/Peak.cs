using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;

namespace CnnService.Benchmarks;

/// <summary>The machine's fused multiply-add rate: independent chains in registers, on all threads at once.</summary>
internal static class Peak
{
    private const int Chains = 12, Rounds = 20_000_000; // 12 hide the 4 cycles of an operation on two units, and fit 16 registers

    /// <summary>Prints <c>peak</c> in the form of the other workloads.</summary>
    public static void Run(int threads)
    {
        Measure(threads, Rounds / 20);
        double best = Enumerable.Range(0, 3).Min(_ => Measure(threads, Rounds));
        int lanes = Vector512.IsHardwareAccelerated ? Simd512.Lanes : Vector256.IsHardwareAccelerated ? Simd256.Lanes : Simd128.Lanes;
        double flop = 2.0 * Chains * lanes * Rounds * threads;
        Console.WriteLine(FormattableString.Invariant($"peak\t{best:F3}\t{best:F3}\t0\t{flop / best / 1e6:F1}\t0"));
    }

    private static double Measure(int threads, int rounds)
    {
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Chain(rounds)))];
        long start = Stopwatch.GetTimestamp();
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Chain(int rounds)
    {
        if (Vector512.IsHardwareAccelerated) Chain<Simd512, Vector512<float>>(rounds);
        else if (Vector256.IsHardwareAccelerated) Chain<Simd256, Vector256<float>>(rounds);
        else Chain<Simd128, Vector128<float>>(rounds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Chain<TSimd, TVector>(int rounds)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector a = TSimd.Broadcast(0.999f), b = TSimd.Broadcast(0.001f);
        TVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < rounds; i++)
        {
            c0 = TSimd.MultiplyAdd(c0, a, b);
            c1 = TSimd.MultiplyAdd(c1, a, b);
            c2 = TSimd.MultiplyAdd(c2, a, b);
            c3 = TSimd.MultiplyAdd(c3, a, b);
            c4 = TSimd.MultiplyAdd(c4, a, b);
            c5 = TSimd.MultiplyAdd(c5, a, b);
            c6 = TSimd.MultiplyAdd(c6, a, b);
            c7 = TSimd.MultiplyAdd(c7, a, b);
            c8 = TSimd.MultiplyAdd(c8, a, b);
            c9 = TSimd.MultiplyAdd(c9, a, b);
            c10 = TSimd.MultiplyAdd(c10, a, b);
            c11 = TSimd.MultiplyAdd(c11, a, b);
        }

        c0 = TSimd.MultiplyAdd(c0, c1, TSimd.MultiplyAdd(c2, c3, TSimd.MultiplyAdd(c4, c5, c6)));
        Use<TSimd, TVector>(TSimd.MultiplyAdd(c0, c7, TSimd.MultiplyAdd(c8, c9, TSimd.MultiplyAdd(c10, c11, c0))));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void Use<TSimd, TVector>(TVector chain)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        float* lanes = stackalloc float[Simd512.Lanes];
        TSimd.Store(chain, lanes);
        if (lanes[0] == 0) throw new InvalidOperationException("A chain must not vanish.");
    }
}
