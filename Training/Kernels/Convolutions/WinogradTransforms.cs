using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>One side of a square transform: so many vectors in, so many out.</summary>
internal unsafe interface ITransform
{
    /// <summary>Vectors in.</summary>
    static abstract int In { get; }

    /// <summary>Vectors out.</summary>
    static abstract int Out { get; }

    /// <summary>The transform of sixteen columns at once.</summary>
    static abstract void Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        where TFrom : IPlaces
        where TTo : IPlaces;
}

/// <summary>
/// The transforms of Winograd's minimal filtering (Lavin and Gray: "Fast Algorithms for Convolutional Neural Networks", 2015), one side of a tile at a
/// time: y = At (G g Gt . Bt d B) A gives m x m outputs of a 3x3 filter g on (m + 2) x (m + 2) inputs d with a multiplication for each input. Four
/// outputs a side take 36 multiplications in place of 144.
/// </summary>
/// <remarks>
/// A transformed side has the values at the points 0, infinity, 1, -1, 2 and -2, of which m outputs need the first m + 2. Tiles of fewer than four outputs
/// so take the same transformed filters: G divides the value at p by the product of p - q over the other finite points q, and Bt for fewer outputs
/// multiplies with the factors of the points that are left out.
/// </remarks>
internal static unsafe class WinogradTransforms
{
    /// <summary>Points of a side: those of <see cref="MostOutputs"/>.</summary>
    public const int MostPoints = 6;

    /// <summary>The most outputs of a side.</summary>
    public const int MostOutputs = 4;

    /// <summary>The points that a side of so many outputs needs.</summary>
    public static int PointsOf(int outputs) => outputs + 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load<T>(float* x, T places, int k)
        where T : IPlaces => Vector512.Load(x + places.Of(k));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector512<float> number, float* y, T places, int k)
        where T : IPlaces => number.Store(y + places.Of(k));

    private static Vector512<float> Sum(Vector512<float> a, float factor, Vector512<float> b) => Vector512.FusedMultiplyAdd(Vector512.Create(factor), b, a);

    /// <summary>G: a filter.</summary>
    internal readonly struct Filter : ITransform
    {
        public static int In => 3;

        public static int Out => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> g0 = Load(x, from, 0), g1 = Load(x, from, 1), g2 = Load(x, from, 2);
            Vector512<float> ends = (g0 + g2) * (-1f / 6), middle = g1 * (1f / 6), wide = Sum(g0, 4, g2) * (1f / 24), half = g1 * (1f / 12);
            Store(g0 * 0.25f, y, to, 0);
            Store(g2, y, to, 1);
            Store(ends - middle, y, to, 2);
            Store(ends + middle, y, to, 3);
            Store(wide + half, y, to, 4);
            Store(wide - half, y, to, 5);
        }
    }

    /// <summary>Bt: the inputs of four outputs.</summary>
    internal readonly struct Input4 : ITransform
    {
        public static int In => 6;

        public static int Out => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1), d2 = Load(x, from, 2);
            Vector512<float> d3 = Load(x, from, 3), d4 = Load(x, from, 4), d5 = Load(x, from, 5);
            Vector512<float> even = Sum(d4, -4, d2), odd = Sum(d3, -4, d1), wide = d4 - d2, twice = (d3 - d1) * 2;
            Store(Sum(Sum(d4, -5, d2), 4, d0), y, to, 0);
            Store(Sum(Sum(d5, -5, d3), 4, d1), y, to, 1);
            Store(even + odd, y, to, 2);
            Store(even - odd, y, to, 3);
            Store(wide + twice, y, to, 4);
            Store(wide - twice, y, to, 5);
        }
    }

    /// <summary>Bt: the inputs of three outputs.</summary>
    internal readonly struct Input3 : ITransform
    {
        public static int In => 5;

        public static int Out => 5;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1), d2 = Load(x, from, 2), d3 = Load(x, from, 3), d4 = Load(x, from, 4);
            Vector512<float> rise = d3 - d1, difference = d3 - d2;
            Store(Sum(Sum(rise * 2, -4, d2), 4, d0), y, to, 0);
            Store(Sum(d4 - d2, -2, rise), y, to, 1);
            Store(Sum(difference, -2, d1) * 3, y, to, 2);
            Store(Sum(Sum(d3, -3, d2), 2, d1), y, to, 3);
            Store(rise * 4, y, to, 4);
        }
    }

    /// <summary>Bt: the inputs of two outputs.</summary>
    internal readonly struct Input2 : ITransform
    {
        public static int In => 4;

        public static int Out => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1), d2 = Load(x, from, 2), d3 = Load(x, from, 3);
            Store((d0 - d2) * 4, y, to, 0);
            Store(d3 - d1, y, to, 1);
            Store((d1 + d2) * -3, y, to, 2);
            Store((d1 - d2) * 3, y, to, 3);
        }
    }

    /// <summary>Bt: the inputs of one output.</summary>
    internal readonly struct Input1 : ITransform
    {
        public static int In => 3;

        public static int Out => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1), d2 = Load(x, from, 2);
            Store((d0 - d1) * 4, y, to, 0);
            Store(d2 - d1, y, to, 1);
            Store(d1 * -6, y, to, 2);
        }
    }

    /// <summary>At: the points of four outputs.</summary>
    internal readonly struct Output4 : ITransform
    {
        public static int In => 6;

        public static int Out => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> zero = Load(x, from, 0), infinity = Load(x, from, 1), one = Load(x, from, 2);
            Vector512<float> minusOne = Load(x, from, 3), two = Load(x, from, 4), minusTwo = Load(x, from, 5);
            Vector512<float> sum = one + minusOne, difference = one - minusOne, outerSum = two + minusTwo, outerDifference = two - minusTwo;
            Store(zero + sum + outerSum, y, to, 0);
            Store(Sum(difference, 2, outerDifference), y, to, 1);
            Store(Sum(sum, 4, outerSum), y, to, 2);
            Store(Sum(difference, 8, outerDifference) + infinity, y, to, 3);
        }
    }

    /// <summary>At: the points of three outputs.</summary>
    internal readonly struct Output3 : ITransform
    {
        public static int In => 5;

        public static int Out => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> zero = Load(x, from, 0), infinity = Load(x, from, 1), one = Load(x, from, 2), minusOne = Load(x, from, 3), two = Load(x, from, 4);
            Vector512<float> sum = one + minusOne;
            Store(zero + sum + two, y, to, 0);
            Store(Sum(one - minusOne, 2, two), y, to, 1);
            Store(Sum(sum, 4, two) + infinity, y, to, 2);
        }
    }

    /// <summary>At: the points of two outputs.</summary>
    internal readonly struct Output2 : ITransform
    {
        public static int In => 4;

        public static int Out => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> zero = Load(x, from, 0), infinity = Load(x, from, 1), one = Load(x, from, 2), minusOne = Load(x, from, 3);
            Store(zero + one + minusOne, y, to, 0);
            Store(one - minusOne + infinity, y, to, 1);
        }
    }

    /// <summary>At: the points of one output.</summary>
    internal readonly struct Output1 : ITransform
    {
        public static int In => 3;

        public static int Out => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> zero = Load(x, from, 0), infinity = Load(x, from, 1), one = Load(x, from, 2);
            Store(zero + one + infinity, y, to, 0);
        }
    }

    /// <summary>A: the gradients of four outputs.</summary>
    internal readonly struct OutputGradient4 : ITransform
    {
        public static int In => 4;

        public static int Out => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1), d2 = Load(x, from, 2), d3 = Load(x, from, 3);
            Vector512<float> even = d0 + d2, odd = d1 + d3, wide = Sum(d0, 4, d2), twice = Sum(d1, 4, d3) * 2;
            Store(d0, y, to, 0);
            Store(d3, y, to, 1);
            Store(even + odd, y, to, 2);
            Store(even - odd, y, to, 3);
            Store(wide + twice, y, to, 4);
            Store(wide - twice, y, to, 5);
        }
    }

    /// <summary>A: the gradients of three outputs.</summary>
    internal readonly struct OutputGradient3 : ITransform
    {
        public static int In => 3;

        public static int Out => 5;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1), d2 = Load(x, from, 2);
            Vector512<float> even = d0 + d2;
            Store(d0, y, to, 0);
            Store(d2, y, to, 1);
            Store(even + d1, y, to, 2);
            Store(even - d1, y, to, 3);
            Store(Sum(Sum(d0, 2, d1), 4, d2), y, to, 4);
        }
    }

    /// <summary>A: the gradients of two outputs.</summary>
    internal readonly struct OutputGradient2 : ITransform
    {
        public static int In => 2;

        public static int Out => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0), d1 = Load(x, from, 1);
            Store(d0, y, to, 0);
            Store(d1, y, to, 1);
            Store(d0 + d1, y, to, 2);
            Store(d0 - d1, y, to, 3);
        }
    }

    /// <summary>A: the gradient of one output.</summary>
    internal readonly struct OutputGradient1 : ITransform
    {
        public static int In => 1;

        public static int Out => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> d0 = Load(x, from, 0);
            Store(d0, y, to, 0);
            Store(d0, y, to, 1);
            Store(d0, y, to, 2);
        }
    }

    /// <summary>Gt: the points of a filter's gradient.</summary>
    internal readonly struct FilterGradient : ITransform
    {
        public static int In => 6;

        public static int Out => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void ITransform.Apply<TFrom, TTo>(float* x, TFrom from, float* y, TTo to)
        {
            Vector512<float> zero = Load(x, from, 0), infinity = Load(x, from, 1), one = Load(x, from, 2);
            Vector512<float> minusOne = Load(x, from, 3), two = Load(x, from, 4), minusTwo = Load(x, from, 5);
            Vector512<float> sum = (one + minusOne) * (-1f / 6), difference = (minusOne - one) * (1f / 6), outerSum = two + minusTwo, outerDifference = two - minusTwo;
            Store(Sum(Sum(sum, 0.25f, zero), 1f / 24, outerSum), y, to, 0);
            Store(Sum(difference, 1f / 12, outerDifference), y, to, 1);
            Store(Sum(sum, 1f / 6, outerSum) + infinity, y, to, 2);
        }
    }
}
