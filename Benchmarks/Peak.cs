using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace CnnService.Benchmarks;

/// <summary>The machine's fused multiply-add rate: independent chains in registers, on all threads at once.</summary>
internal static class Peak
{
    private const int Chains = 16, Rounds = 20_000_000;

    /// <summary>Prints <c>peak</c> in the form of the other workloads.</summary>
    public static void Run(int threads)
    {
        Measure(threads, Rounds / 20);
        double best = Enumerable.Range(0, 3).Min(_ => Measure(threads, Rounds));
        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
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
        float sum = Vector512.IsHardwareAccelerated ? Chain512(rounds) : Vector256.IsHardwareAccelerated ? Chain256(rounds) : Chain128(rounds);
        if (sum == 0) throw new InvalidOperationException("The chains must not vanish.");
    }

    private static float Chain512(int rounds)
    {
        Vector512<float> a = Vector512.Create(0.999f), b = Vector512.Create(0.001f);
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b, c12 = b, c13 = b, c14 = b, c15 = b;
        for (int i = 0; i < rounds; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, a, b);
            c1 = Vector512.FusedMultiplyAdd(c1, a, b);
            c2 = Vector512.FusedMultiplyAdd(c2, a, b);
            c3 = Vector512.FusedMultiplyAdd(c3, a, b);
            c4 = Vector512.FusedMultiplyAdd(c4, a, b);
            c5 = Vector512.FusedMultiplyAdd(c5, a, b);
            c6 = Vector512.FusedMultiplyAdd(c6, a, b);
            c7 = Vector512.FusedMultiplyAdd(c7, a, b);
            c8 = Vector512.FusedMultiplyAdd(c8, a, b);
            c9 = Vector512.FusedMultiplyAdd(c9, a, b);
            c10 = Vector512.FusedMultiplyAdd(c10, a, b);
            c11 = Vector512.FusedMultiplyAdd(c11, a, b);
            c12 = Vector512.FusedMultiplyAdd(c12, a, b);
            c13 = Vector512.FusedMultiplyAdd(c13, a, b);
            c14 = Vector512.FusedMultiplyAdd(c14, a, b);
            c15 = Vector512.FusedMultiplyAdd(c15, a, b);
        }

        return (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11 + c12 + c13 + c14 + c15)[0];
    }

    private static float Chain256(int rounds)
    {
        Vector256<float> a = Vector256.Create(0.999f), b = Vector256.Create(0.001f);
        Span<Vector256<float>> unused = [];
        Vector256<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b;
        for (int i = 0; i < rounds * 2; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(c0, a, b);
            c1 = Vector256.FusedMultiplyAdd(c1, a, b);
            c2 = Vector256.FusedMultiplyAdd(c2, a, b);
            c3 = Vector256.FusedMultiplyAdd(c3, a, b);
            c4 = Vector256.FusedMultiplyAdd(c4, a, b);
            c5 = Vector256.FusedMultiplyAdd(c5, a, b);
            c6 = Vector256.FusedMultiplyAdd(c6, a, b);
            c7 = Vector256.FusedMultiplyAdd(c7, a, b);
        }

        return (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7)[0];
    }

    private static float Chain128(int rounds)
    {
        Vector128<float> a = Vector128.Create(0.999f), b = Vector128.Create(0.001f);
        Vector128<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b;
        for (int i = 0; i < rounds * 2; i++)
        {
            c0 = Vector128.FusedMultiplyAdd(c0, a, b);
            c1 = Vector128.FusedMultiplyAdd(c1, a, b);
            c2 = Vector128.FusedMultiplyAdd(c2, a, b);
            c3 = Vector128.FusedMultiplyAdd(c3, a, b);
            c4 = Vector128.FusedMultiplyAdd(c4, a, b);
            c5 = Vector128.FusedMultiplyAdd(c5, a, b);
            c6 = Vector128.FusedMultiplyAdd(c6, a, b);
            c7 = Vector128.FusedMultiplyAdd(c7, a, b);
        }

        return (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7)[0];
    }
}
