using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>
/// Batch normalisation of one channel: its numbers of the whole batch are gathered into one row, so that images of any size, and vectors, take
/// the same path. Ioffe and Szegedy: "Batch Normalization" (2015).
/// </summary>
internal static class ChannelNormalization
{
    /// <summary>Copies channel c of x (N, C, S) into a row of N * S numbers.</summary>
    public static void Gather(ReadOnlySpan<float> x, int N, int C, int S, int c, Span<float> row)
    {
        if (S == 1) for (int n = 0; n < N; n++) row[n] = x[n * C + c];
        else for (int n = 0; n < N; n++) x.Slice((n * C + c) * S, S).CopyTo(row.Slice(n * S, S));
    }

    /// <summary>Copies a row of N * S numbers into channel c of y (N, C, S).</summary>
    public static void Scatter(ReadOnlySpan<float> row, int N, int C, int S, int c, Span<float> y)
    {
        if (S == 1) for (int n = 0; n < N; n++) y[n * C + c] = row[n];
        else for (int n = 0; n < N; n++) row.Slice(n * S, S).CopyTo(y.Slice((n * C + c) * S, S));
    }

    /// <summary>The mean and the biased variance (divided by the count) of a row.</summary>
    public static (float Mean, float Variance) Statistics(ReadOnlySpan<float> row)
    {
        float mean = (float)(Sums.Of(default(NumberTerm), row, row) / row.Length);
        float variance = (float)(Sums.Of(new SquaredDeviationTerm(mean), row, row) / row.Length);
        return (mean, variance);
    }

    /// <summary>1 / sqrt(variance + epsilon).</summary>
    public static float InverseDeviation(float variance, double epsilon) => (float)(1 / Math.Sqrt(variance + epsilon));

    /// <summary>y = scale * (x - mean) * inverseDeviation + shift; both may be the same memory.</summary>
    public static void Forward(ReadOnlySpan<float> x, NormalizationFactors factors, Span<float> y) => Elementwise.Apply(new ForwardOperation(factors), x, y);

    /// <summary>
    /// dscale = sum of dy * xhat; dshift = sum of dy; dy becomes dx = scale / deviation * (dy - dshift / count - xhat * dscale / count),
    /// with xhat = (x - mean) * inverseDeviation.
    /// </summary>
    public static (float Scale, float Shift) Backward(ReadOnlySpan<float> x, Span<float> dy, NormalizationFactors factors)
    {
        double dshift = Sums.Of(default(NumberTerm), dy, dy);
        double dscale = Sums.Of(new CenteredProductTerm(factors.Mean), x, dy) * factors.InverseDeviation;
        Elementwise.Apply(new BackwardOperation(factors, (float)(dscale / x.Length), (float)(dshift / x.Length)), x, dy, dy);
        return ((float)dscale, (float)dshift);
    }

    /// <summary>dy becomes dx = scale / deviation * dy: mean and deviation do not depend on x.</summary>
    public static void BackwardOfConstants(Span<float> dy, NormalizationFactors factors) =>
        Elementwise.Apply(new FactorOperation(factors.Scale * factors.InverseDeviation), dy, dy);

    private readonly struct ForwardOperation(NormalizationFactors factors) : IUnary
    {
        private readonly float factor = factors.Scale * factors.InverseDeviation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x) =>
            Vector512.FusedMultiplyAdd(x - Vector512.Create(factors.Mean), Vector512.Create(factor), Vector512.Create(factors.Shift));
    }

    private readonly struct BackwardOperation(NormalizationFactors factors, float meanScaleGradient, float meanGradient) : IBinary
    {
        private readonly float factor = factors.Scale * factors.InverseDeviation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y)
        {
            Vector512<float> xhat = (x - Vector512.Create(factors.Mean)) * Vector512.Create(factors.InverseDeviation);
            Vector512<float> centered = y - Vector512.Create(meanGradient);
            return Vector512.FusedMultiplyAdd(xhat, Vector512.Create(-meanScaleGradient), centered) * Vector512.Create(factor);
        }
    }
}

/// <summary>What one channel is normalised with.</summary>
internal readonly record struct NormalizationFactors(float Mean, float InverseDeviation, float Scale, float Shift);
