using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>What is summed: sixteen terms from sixteen pairs of numbers.</summary>
internal interface ITerm
{
    /// <summary>Sixteen terms.</summary>
    Vector512<float> Invoke(Vector512<float> x, Vector512<float> y);
}

/// <summary>
/// Sums in double, in one order on every machine: term i goes to lane i mod 16, and the lanes are added from the first to the last.
/// </summary>
internal static class Sums
{
    private const int Lanes = 16;

    /// <summary>The sum over i of term(x[i], y[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Of<TTerm>(TTerm term, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TTerm : struct, ITerm
    {
        if (x.Length != y.Length) throw new ArgumentException($"{x.Length} numbers do not pair with {y.Length}.", nameof(y));
        var sum = new LaneSums();
        ref float left = ref MemoryMarshal.GetReference(x), right = ref MemoryMarshal.GetReference(y);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
            sum.Add(term.Invoke(Vector512.LoadUnsafe(ref left, (nuint)i), Vector512.LoadUnsafe(ref right, (nuint)i)));
        if (i < x.Length) sum.Add(term.Invoke(Elementwise.Load(x[i..]), Elementwise.Load(y[i..])), x.Length - i);
        return sum.Total;
    }
}

/// <summary>Sixteen sums in double, one per lane.</summary>
internal struct LaneSums
{
    private Vector512<double> low, high;

    /// <summary>The lanes, added from the first to the last.</summary>
    public readonly double Total
    {
        get
        {
            Span<double> lanes = stackalloc double[2 * Vector512<double>.Count];
            low.CopyTo(lanes);
            high.CopyTo(lanes[Vector512<double>.Count..]);
            double sum = 0;
            foreach (double lane in lanes) sum += lane;
            return sum;
        }
    }

    /// <summary>Adds a term to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector512<float> terms)
    {
        (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(terms);
        low += lower;
        high += upper;
    }

    /// <summary>Adds a term to each of the first lanes.</summary>
    public void Add(Vector512<float> terms, int count) =>
        Add(Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle(), terms, default));
}

/// <summary>x: with it, <see cref="Sums.Of"/> is the plain sum.</summary>
internal readonly struct NumberTerm : ITerm
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => x;
}

/// <summary>x * y.</summary>
internal readonly struct ProductTerm : ITerm
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => x * y;
}

/// <summary>(x - center) * (y - center).</summary>
internal readonly struct SquaredDeviationTerm(float center) : ITerm
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => (x - Vector512.Create(center)) * (y - Vector512.Create(center));
}

/// <summary>(x - center) * y.</summary>
internal readonly struct CenteredProductTerm(float center) : ITerm
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => (x - Vector512.Create(center)) * y;
}
