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
    public static double Of<TTerm>(TTerm term, ReadOnlySpan<float> x, ReadOnlySpan<float> y)
        where TTerm : struct, ITerm
    {
        if (x.Length != y.Length) throw new ArgumentException($"{x.Length} numbers do not pair with {y.Length}.", nameof(y));
        Vector512<double> low = default, high = default;
        for (int i = 0; i < x.Length; i += Lanes)
        {
            int count = Math.Min(Lanes, x.Length - i);
            Vector512<float> terms = term.Invoke(Elementwise.Load(x.Slice(i, count)), Elementwise.Load(y.Slice(i, count)));
            if (count < Lanes)
                terms = Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle(), terms, default);
            (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(terms);
            low += lower;
            high += upper;
        }

        double sum = 0;
        for (int lane = 0; lane < Vector512<double>.Count; lane++) sum += low[lane];
        for (int lane = 0; lane < Vector512<double>.Count; lane++) sum += high[lane];
        return sum;
    }
}

/// <summary>x: with it, <see cref="Sums.Of"/> is the plain sum.</summary>
internal readonly struct NumberTerm : ITerm
{
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => x;
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
