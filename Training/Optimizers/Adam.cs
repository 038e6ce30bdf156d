using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2015): m = beta1 * m + (1 - beta1) * dw; v = beta2 * v + (1 - beta2) * dw^2;
/// w = w - learningRate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon), t counted from 1. Epsilon is outside the root, as in the paper.
/// </summary>
[SpecName("adam")]
public sealed record Adam : OptimizerSpec
{
    /// <summary>The step size, default 0.001 as in the paper.</summary>
    public override double LearningRate { get; init; } = 0.001;

    /// <summary>The share of the mean that is kept, in [0, 1), default 0.9 as in the paper.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The share of the mean square that is kept, in [0, 1), default 0.999 as in the paper.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>What keeps the divisor from 0, above 0 up to 1, default 1e-8 as in the paper.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    internal override IReadOnlyList<string> StateNames => ["m", "v"];

    internal override double Update(in ParameterSlice slice, double learningRate, long iteration) =>
        AdamRule.Apply(slice, new AdamMeans(Beta1, Beta2, Epsilon), learningRate, iteration, kept: 1);
}

/// <summary>The means that Adam keeps, and the constant in its divisor.</summary>
internal readonly record struct AdamMeans(double Beta1, double Beta2, double Epsilon);

/// <summary>A step of Adam, on parameters of which a share may have decayed.</summary>
internal readonly struct AdamRule : IUpdateRule
{
    private readonly float beta1, take1, beta2, take2, step, correction, epsilon, kept;

    private AdamRule(AdamMeans means, double learningRate, long t, float kept)
    {
        (beta1, take1) = ((float)means.Beta1, (float)(1 - means.Beta1));
        (beta2, take2) = ((float)means.Beta2, (float)(1 - means.Beta2));
        step = (float)(learningRate / (1 - Elementary.Power(means.Beta1, t)));
        correction = (float)(1 / (1 - Elementary.Power(means.Beta2, t)));
        (epsilon, this.kept) = ((float)means.Epsilon, kept);
    }

    /// <summary>Updates parameters with the states m and v; returns the sum of their squares before.</summary>
    public static double Apply(in ParameterSlice slice, AdamMeans means, double learningRate, long iteration, float kept) => ParameterUpdate.Apply(
        new AdamRule(means, learningRate, iteration, kept), slice.Regularization, slice.Values, slice.Gradients, slice.State(0), slice.State(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second)
    {
        first = Vector512.FusedMultiplyAdd(Vector512.Create(take1), dw, Vector512.Create(beta1) * first);
        second = Vector512.FusedMultiplyAdd(Vector512.Create(take2) * dw, dw, Vector512.Create(beta2) * second);
        Vector512<float> down = Vector512.Create(step) * first / (Vector512.Sqrt(second * Vector512.Create(correction)) + Vector512.Create(epsilon));
        return Vector512.FusedMultiplyAdd(Vector512.Create(kept), w, -down);
    }
}
