using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;

namespace CnnService.Training.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019): Adam's step from w = (1 - learningRate * weightDecay) * w. Biases and normalisation do not
/// decay.
/// </summary>
[SpecName("adamw")]
public sealed record AdamW : OptimizerSpec
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

    /// <summary>Decoupled weight decay, 0 to 10, default 0.01 as in libtorch.</summary>
    [Range(0.0, 10.0)]
    public double WeightDecay { get; init; } = 0.01;

    internal override IReadOnlyList<string> StateNames => ["m", "v"];

    internal override double Update(in ParameterSlice slice, double learningRate, long iteration) => AdamRule.Apply(
        slice, new AdamMeans(Beta1, Beta2, Epsilon), learningRate, iteration, Optimizers.WeightDecay.Kept(WeightDecay, learningRate, slice.Kind));
}
