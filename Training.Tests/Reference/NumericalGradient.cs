using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Reference;

/// <summary>
/// Gradients without any derivation: centred differences <c>(f(x + h) - f(x - h)) / 2h</c> in double, h = 1e-5, whose own error is about
/// 1e-10 here.
/// </summary>
internal static class NumericalGradient
{
    private const double Step = 1e-5, Tolerance = 1e-6;

    /// <summary>
    /// Fails unless <paramref name="gradient"/> is that of <paramref name="f"/> with respect to <paramref name="x"/>, within 1e-6 of the
    /// largest element, or of 1 where the gradient is known to be 0.
    /// </summary>
    /// <param name="f">Reads x anew at each call.</param>
    /// <param name="x">Changed and restored.</param>
    /// <param name="gradient">What is claimed.</param>
    /// <param name="isZero">Whether the gradient is 0 but for rounding.</param>
    public static void MustBe(Func<double> f, double[] x, double[] gradient, bool isZero = false)
    {
        double[] expected = [.. Enumerable.Range(0, x.Length).Select(i => Slope(f, x, i))];
        double scale = isZero ? 1 : expected.Max(Math.Abs);
        Assert.Equal(expected.Length, gradient.Length);
        for (int i = 0; i < x.Length; i++) Assert.Equal(expected[i], gradient[i], Tolerance * scale);
        Assert.NotEqual(0, scale);
    }

    /// <summary>Fails unless gradient is that of the sum of dout * y, where y is an output.</summary>
    public static void MustBe(Func<Tensor4<double>> y, Tensor4<double> dout, double[] x, double[] gradient, bool isZero = false) =>
        MustBe(() => y().Zip(dout, (output, d) => output * d).Data.Sum(), x, gradient, isZero);

    /// <summary>Numbers of the normal distribution, the same at every run.</summary>
    public static Tensor4<double> Normal(ulong seed, int n, int c, int h = 1, int w = 1)
    {
        var chance = new Chance(seed, Purpose.Weights, 0);
        return new Tensor4<double>(n, c, h, w, [.. Enumerable.Range(0, n * c * h * w).Select(i => chance.Normal((ulong)i))]);
    }

    private static double Slope(Func<double> f, double[] x, int i)
    {
        double value = x[i];
        x[i] = value + Step;
        double above = f();
        x[i] = value - Step;
        double below = f();
        x[i] = value;
        return (above - below) / (2 * Step);
    }
}
