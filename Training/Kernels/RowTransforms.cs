using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>
/// The transforms of Winograd's minimal filtering F(2, 7) (Winograd: "Arithmetic Complexity of Computations", 1980): y = At (G g . Bt d) gives 2 neighbouring
/// outputs of a filter g of 7 taps on 8 inputs d with 8 multiplications in place of 14. Its points are 0, 1, -1, 2, -2, 1/2, -1/2 and infinity.
/// </summary>
internal static unsafe class RowTransforms
{
    /// <summary>Multiplications of two outputs.</summary>
    public const int Points = 8;

    /// <summary>Taps of the filter.</summary>
    public const int Taps = 7;

    /// <summary>G: the row of a filter; in double, so that each result is rounded once.</summary>
    public static void Filter(ReadOnlySpan<float> g, Span<float> points)
    {
        points[0] = g[0];
        Opposite(g, 1, -2.0 / 9, out points[1], out points[2]);
        Opposite(g, 2, 1.0 / 90, out points[3], out points[4]);
        Opposite(g, 0.5, 32.0 / 45, out points[5], out points[6]);
        points[7] = g[6];
    }

    /// <summary>
    /// Bt: sixteen windows at once. Input 2 i of a window is in <paramref name="even"/> and input 2 i + 1 in <paramref name="odd"/>, i numbers after the
    /// window's own; the points go <paramref name="yStep"/> apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float* even, float* odd, float* y, nint yStep)
    {
        Vector512<float> d0 = Vector512.Load(even), d2 = Vector512.Load(even + 1), d4 = Vector512.Load(even + 2), d6 = Vector512.Load(even + 3);
        Vector512<float> d1 = Vector512.Load(odd), d3 = Vector512.Load(odd + 1), d5 = Vector512.Load(odd + 2), d7 = Vector512.Load(odd + 3);
        Sum(d0 - d6, 5.25f, d4 - d2).Store(y);
        Both(Sum(d2 + d6, -4.25f, d4), Sum(d1 + d5, -4.25f, d3), y + yStep, yStep);
        Both(Sum(Sum(d6, -1.25f, d4), 0.25f, d2), Sum(Sum(d5 * 2, -2.5f, d3), 0.5f, d1), y + 3 * yStep, yStep);
        Both(Sum(Sum(d6, -5, d4), 4, d2), Sum(Sum(d1 * 2, -2.5f, d3), 0.5f, d5), y + 5 * yStep, yStep);
        Sum(d7 - d1, 5.25f, d3 - d5).Store(y + 7 * yStep);
    }

    /// <summary>At: the left and the right outputs of sixteen windows from the products of the points, <paramref name="step"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Left, Vector512<float> Right) Output(float* m, nint step)
    {
        Vector512<float> m1 = Vector512.Load(m + step), m2 = Vector512.Load(m + 2 * step), m3 = Vector512.Load(m + 3 * step);
        Vector512<float> m4 = Vector512.Load(m + 4 * step), m5 = Vector512.Load(m + 5 * step), m6 = Vector512.Load(m + 6 * step);
        return (Vector512.Load(m) + (m1 + m2) + (m3 + m4) + (m5 + m6),
            Sum(Sum(m1 - m2 + Vector512.Load(m + 7 * step), 2, m3 - m4), 0.5f, m5 - m6));
    }

    // The filter as a polynomial at a point and at its opposite.
    private static void Opposite(ReadOnlySpan<float> g, double point, double scale, out float positive, out float negative)
    {
        double square = point * point;
        double even = g[0] + square * (g[2] + square * (g[4] + square * g[6])), odd = point * (g[1] + square * (g[3] + square * g[5]));
        (positive, negative) = ((float)(scale * (even + odd)), (float)(scale * (even - odd)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Both(Vector512<float> even, Vector512<float> odd, float* y, nint yStep)
    {
        (even + odd).Store(y);
        (even - odd).Store(y + yStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sum(Vector512<float> a, float factor, Vector512<float> b) => Vector512.FusedMultiplyAdd(Vector512.Create(factor), b, a);
}
