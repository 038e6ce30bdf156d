using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>One side of a square transform: so many vectors in, so many out, each a stride apart.</summary>
internal unsafe interface ITransform
{
    /// <summary>Numbers in.</summary>
    static abstract int In { get; }

    /// <summary>Numbers out.</summary>
    static abstract int Out { get; }

    /// <summary>The transform of sixteen columns at once: number k of x is at x + k * xStep.</summary>
    static abstract void Apply(float* x, nint xStep, float* y, nint yStep);
}

/// <summary>
/// The transforms of Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray: "Fast Algorithms for Convolutional Neural Networks", 2015): y = At (G g Gt .
/// Bt d B) A gives 4x4 outputs of a 3x3 filter g on a 6x6 input d with 36 multiplications in place of 144.
/// </summary>
internal static unsafe class WinogradTransforms
{
    /// <summary>T x Tt for sixteen columns at once: x (In, In), y (Out, Out), with the numbers from one row and from one column to the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Square<T>(float* x, nint xRow, nint xColumn, float* y, nint yRow, nint yColumn)
        where T : ITransform
    {
        float* half = stackalloc float[T.Out * T.In * Tile.Columns];
        for (int j = 0; j < T.In; j++) T.Apply(x + j * xColumn, xRow, half + j * Tile.Columns, T.In * Tile.Columns);
        for (int i = 0; i < T.Out; i++) T.Apply(half + i * T.In * Tile.Columns, Tile.Columns, y + i * yRow, yColumn);
    }

    private static Vector512<float> Sum(Vector512<float> a, float factor, Vector512<float> b) => Vector512.FusedMultiplyAdd(Vector512.Create(factor), b, a);

    /// <summary>Bt: an input tile.</summary>
    internal readonly struct Input : ITransform
    {
        public static int In => 6;

        public static int Out => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(float* x, nint xStep, float* y, nint yStep)
        {
            Vector512<float> d0 = Vector512.Load(x), d1 = Vector512.Load(x + xStep), d2 = Vector512.Load(x + 2 * xStep);
            Vector512<float> d3 = Vector512.Load(x + 3 * xStep), d4 = Vector512.Load(x + 4 * xStep), d5 = Vector512.Load(x + 5 * xStep);
            Vector512<float> even = Sum(d4, -4, d2), odd = Sum(d3, -4, d1), wide = d4 - d2, twice = (d3 - d1) * 2;
            Sum(Sum(d4, -5, d2), 4, d0).Store(y);
            (even + odd).Store(y + yStep);
            (even - odd).Store(y + 2 * yStep);
            (wide + twice).Store(y + 3 * yStep);
            (wide - twice).Store(y + 4 * yStep);
            Sum(Sum(d5, -5, d3), 4, d1).Store(y + 5 * yStep);
        }
    }

    /// <summary>G: a filter.</summary>
    internal readonly struct Filter : ITransform
    {
        public static int In => 3;

        public static int Out => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(float* x, nint xStep, float* y, nint yStep)
        {
            Vector512<float> g0 = Vector512.Load(x), g1 = Vector512.Load(x + xStep), g2 = Vector512.Load(x + 2 * xStep);
            Vector512<float> ends = (g0 + g2) * (-1f / 6), middle = g1 * (1f / 6), wide = Sum(g0, 4, g2) * (1f / 24), half = g1 * (1f / 12);
            (g0 * 0.25f).Store(y);
            (ends - middle).Store(y + yStep);
            (ends + middle).Store(y + 2 * yStep);
            (wide + half).Store(y + 3 * yStep);
            (wide - half).Store(y + 4 * yStep);
            g2.Store(y + 5 * yStep);
        }
    }

    /// <summary>At: the products of a tile to its outputs.</summary>
    internal readonly struct Output : ITransform
    {
        public static int In => 6;

        public static int Out => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(float* x, nint xStep, float* y, nint yStep)
        {
            Vector512<float> m1 = Vector512.Load(x + xStep), m2 = Vector512.Load(x + 2 * xStep), m3 = Vector512.Load(x + 3 * xStep), m4 = Vector512.Load(x + 4 * xStep);
            Vector512<float> sum = m1 + m2, difference = m1 - m2, outerSum = m3 + m4, outerDifference = m3 - m4;
            (Vector512.Load(x) + sum + outerSum).Store(y);
            Sum(difference, 2, outerDifference).Store(y + yStep);
            Sum(sum, 4, outerSum).Store(y + 2 * yStep);
            (Sum(difference, 8, outerDifference) + Vector512.Load(x + 5 * xStep)).Store(y + 3 * yStep);
        }
    }

    /// <summary>A: the gradient of a tile's outputs to that of its products.</summary>
    internal readonly struct OutputGradient : ITransform
    {
        public static int In => 4;

        public static int Out => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(float* x, nint xStep, float* y, nint yStep)
        {
            Vector512<float> d0 = Vector512.Load(x), d1 = Vector512.Load(x + xStep), d2 = Vector512.Load(x + 2 * xStep), d3 = Vector512.Load(x + 3 * xStep);
            Vector512<float> even = d0 + d2, odd = d1 + d3, wide = Sum(d0, 4, d2), twice = Sum(d1, 4, d3) * 2;
            d0.Store(y);
            (even + odd).Store(y + yStep);
            (even - odd).Store(y + 2 * yStep);
            (wide + twice).Store(y + 3 * yStep);
            (wide - twice).Store(y + 4 * yStep);
            d3.Store(y + 5 * yStep);
        }
    }

    /// <summary>Gt: the gradient of the transformed filter to that of the filter.</summary>
    internal readonly struct FilterGradient : ITransform
    {
        public static int In => 6;

        public static int Out => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply(float* x, nint xStep, float* y, nint yStep)
        {
            Vector512<float> m1 = Vector512.Load(x + xStep), m2 = Vector512.Load(x + 2 * xStep), m3 = Vector512.Load(x + 3 * xStep), m4 = Vector512.Load(x + 4 * xStep);
            Vector512<float> sum = (m1 + m2) * (-1f / 6), difference = (m2 - m1) * (1f / 6), outerSum = m3 + m4, outerDifference = m3 - m4;
            Sum(Sum(sum, 0.25f, Vector512.Load(x)), 1f / 24, outerSum).Store(y);
            Sum(difference, 1f / 12, outerDifference).Store(y + yStep);
            (Sum(sum, 1f / 6, outerSum) + Vector512.Load(x + 5 * xStep)).Store(y + 2 * yStep);
        }
    }
}
