using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The transforms of Winograd's minimal filtering F(4, 7) (Winograd: "Arithmetic Complexity of Computations", 1980): y = At (G g . Bt d) gives 4 neighbouring
/// outputs of a filter g of 7 taps on 10 inputs d with 10 multiplications in place of 28. Its points are 0, 1/2, -1/2, 3/4, -3/4, 5/4, -5/4, 2, -2 and infinity:
/// of 18 sets of small fractions the one whose largest error is smallest. All factors are exact in float.
/// </summary>
internal static unsafe class RowTransforms
{
    /// <summary>Multiplications.</summary>
    public const int Points = 10;

    /// <summary>Taps of the filter.</summary>
    public const int Taps = 7;

    /// <summary>Outputs.</summary>
    public const int Outputs = 4;

    private const float P1 = 1f / 2, P2 = 3f / 4, P3 = 5f / 4, P4 = 2;

    /// <summary>G: a row of a filter; in double, so that each result is rounded once.</summary>
    public static void Filter(ReadOnlySpan<float> g, Span<float> points)
    {
        points[0] = (float)(256.0 / 225 * g[0]);
        Opposite(g, P1, -2048.0 / 1575, out points[1], out points[2]);
        Opposite(g, P2, 2048.0 / 2475, out points[3], out points[4]);
        Opposite(g, P3, -2048.0 / 20475, out points[5], out points[6]);
        Opposite(g, P4, 128.0 / 32175, out points[7], out points[8]);
        points[9] = g[6];
    }

    /// <summary>
    /// Bt: eight quads of outputs at once. Input 4 i + j of a quad is in row j of <paramref name="d"/>, i numbers after the quad's own; the points go to
    /// <paramref name="upper"/> and to <paramref name="lower"/>, <paramref name="step"/> apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float* d, nint pitch, float* upper, float* lower, nint step)
    {
        Vector256<float> d0 = Vector256.Load(d), d4 = Vector256.Load(d + 1), d8 = Vector256.Load(d + 2);
        Vector256<float> d1 = Vector256.Load(d + pitch), d5 = Vector256.Load(d + pitch + 1), d9 = Vector256.Load(d + pitch + 2);
        Vector256<float> d2 = Vector256.Load(d + 2 * pitch), d6 = Vector256.Load(d + 2 * pitch + 1);
        Vector256<float> d3 = Vector256.Load(d + 3 * pitch), d7 = Vector256.Load(d + 3 * pitch + 1);
        Store(Sum(Sum(Sum(Sum(d8, -6.375f, d6), 10.91015625f, d4), -5.8603515625f, d2), 0.87890625f, d0), upper, lower, 0);
        Both(P1, Sum(Sum(Sum(d8, -6.125f, d6), 9.37890625f, d4), -3.515625f, d2), Sum(Sum(Sum(d7, -6.125f, d5), 9.37890625f, d3), -3.515625f, d1), upper, lower, step, step);
        Both(P2, Sum(Sum(Sum(d8, -5.8125f, d6), 7.640625f, d4), -1.5625f, d2), Sum(Sum(Sum(d7, -5.8125f, d5), 7.640625f, d3), -1.5625f, d1), upper, lower, 3 * step, step);
        Both(P3, Sum(Sum(Sum(d8, -4.8125f, d6), 3.390625f, d4), -0.5625f, d2), Sum(Sum(Sum(d7, -4.8125f, d5), 3.390625f, d3), -0.5625f, d1), upper, lower, 5 * step, step);
        Both(P4, Sum(Sum(Sum(d8, -2.375f, d6), 1.41015625f, d4), -0.2197265625f, d2), Sum(Sum(Sum(d7, -2.375f, d5), 1.41015625f, d3), -0.2197265625f, d1), upper, lower, 7 * step, step);
        Store(Sum(Sum(Sum(Sum(d9, -6.375f, d7), 10.91015625f, d5), -5.8603515625f, d3), 0.87890625f, d1), upper, lower, 9 * step);
    }

    /// <summary>At: the four outputs of sixteen quads from the products of the points, <paramref name="step"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* m, nint step, out Vector512<float> y0, out Vector512<float> y1, out Vector512<float> y2, out Vector512<float> y3)
    {
        (Vector512<float> sum1, Vector512<float> difference1) = Both(m + step, step);
        (Vector512<float> sum2, Vector512<float> difference2) = Both(m + 3 * step, step);
        (Vector512<float> sum3, Vector512<float> difference3) = Both(m + 5 * step, step);
        (Vector512<float> sum4, Vector512<float> difference4) = Both(m + 7 * step, step);
        y0 = Vector512.Load(m) + sum1 + (sum2 + sum3) + sum4;
        y1 = Sum(Sum(Sum(difference1 * P1, P2, difference2), P3, difference3), P4, difference4);
        y2 = Sum(Sum(Sum(sum1 * (P1 * P1), P2 * P2, sum2), P3 * P3, sum3), P4 * P4, sum4);
        y3 = Sum(Sum(Sum(Sum(Vector512.Load(m + 9 * step), P1 * P1 * P1, difference1), P2 * P2 * P2, difference2), P3 * P3 * P3, difference3), P4 * P4 * P4, difference4);
    }

    // The filter as a polynomial at a point and at its opposite.
    private static void Opposite(ReadOnlySpan<float> g, double point, double scale, out float positive, out float negative)
    {
        double square = point * point;
        double even = g[0] + square * (g[2] + square * (g[4] + square * g[6])), odd = point * (g[1] + square * (g[3] + square * g[5]));
        (positive, negative) = ((float)(scale * (even + odd)), (float)(scale * (even - odd)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Both(float point, Vector256<float> even, Vector256<float> odd, float* upper, float* lower, nint at, nint step)
    {
        Store(Sum(even, point, odd), upper, lower, at);
        Store(Sum(even, -point, odd), upper, lower, at + step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> Sum, Vector512<float> Difference) Both(float* m, nint step)
    {
        Vector512<float> positive = Vector512.Load(m), negative = Vector512.Load(m + step);
        return (positive + negative, positive - negative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> vector, float* upper, float* lower, nint at)
    {
        vector.Store(upper + at);
        vector.Store(lower + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sum(Vector256<float> a, float factor, Vector256<float> b) => Vector256.FusedMultiplyAdd(Vector256.Create(factor), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sum(Vector512<float> a, float factor, Vector512<float> b) => Vector512.FusedMultiplyAdd(Vector512.Create(factor), b, a);
}
