using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>
/// GELU in its tanh form, written with the logistic function s: 0.5 * (1 + tanh(u)) = s(2u), so y = x * s(2u) with
/// u = sqrt(2 / pi) * (x + 0.044715 * x^3).
/// </summary>
internal readonly struct GeluOperation : IUnary
{
    private const float Factor = 0.7978845608f, Cubic = 0.044715f; // sqrt(2 / pi), and the paper's constant

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Invoke(Vector512<float> x) => x * Share(x);

    /// <summary>s(2u).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Share(Vector512<float> x)
    {
        Vector512<float> u = Vector512.Create(Factor) * Vector512.FusedMultiplyAdd(Vector512.Create(Cubic) * x * x, x, x);
        return Vector512<float>.One / (Vector512<float>.One + Exponential.Of(Vector512.Create(-2f) * u));
    }

    /// <summary>2 du/dx.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Slope(Vector512<float> x) =>
        Vector512.FusedMultiplyAdd(Vector512.Create(6 * Cubic * Factor) * x, x, Vector512.Create(2 * Factor));
}

/// <summary>The gradient of GELU from its input x: dy * (s + x * s * (1 - s) * 2 du/dx), s = s(2u).</summary>
internal readonly struct GeluGradientOperation : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y)
    {
        Vector512<float> share = GeluOperation.Share(x);
        Vector512<float> slope = x * share * (Vector512<float>.One - share);
        return y * Vector512.FusedMultiplyAdd(slope, GeluOperation.Slope(x), share);
    }
}

/// <summary>e^x in float from exactly rounded operations, so with the same bits everywhere; within 2 units in the last place.</summary>
internal static class Exponential
{
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f; // Cephes' split of ln 2
    private const float Lowest = -87f, Highest = 88f;  // beyond them 2^k leaves the normal numbers
    private const float RoundingShift = 12582912f;     // 1.5 * 2^23: adding and subtracting it rounds to whole numbers

    /// <summary>e^x with x held within [-87, 88]; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512.Create(Lowest), x);
        x = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(Highest)), Vector512.Create(Highest), x);
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), Vector512.Create(RoundingShift));
        Vector512<float> k = shifted - Vector512.Create(RoundingShift);
        Vector512<float> r = Vector512.FusedMultiplyAdd(k, Vector512.Create(-Ln2Low), Vector512.FusedMultiplyAdd(k, Vector512.Create(-Ln2High), x));

        Vector512<float> sum = Vector512.Create(1f / 5040); // Taylor's series: the next term is below 6e-9
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 720));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 120));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 24));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(1f / 6));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512.Create(0.5f));
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        sum = Vector512.FusedMultiplyAdd(sum, r, Vector512<float>.One);
        Vector512<int> exponent = (shifted.AsInt32() - Vector512.Create(RoundingShift).AsInt32() + Vector512.Create(127)) << 23;
        return sum * exponent.AsSingle();
    }
}
