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
