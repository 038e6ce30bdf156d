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
        ParameterUpdate.Apply(new Rule(this, learningRate, iteration), slice.Regularization, slice.Values, slice.Gradients, slice.State(0), slice.State(1));

    private readonly struct Rule(Adam adam, double learningRate, long t) : IUpdateRule
    {
        private readonly float beta1 = (float)adam.Beta1, take1 = (float)(1 - adam.Beta1);
        private readonly float beta2 = (float)adam.Beta2, take2 = (float)(1 - adam.Beta2);
        private readonly float step = (float)(learningRate / (1 - Elementary.Power(adam.Beta1, t)));
        private readonly float correction = (float)(1 / (1 - Elementary.Power(adam.Beta2, t)));
        private readonly float epsilon = (float)adam.Epsilon;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second)
        {
            first = Vector512.FusedMultiplyAdd(Vector512.Create(take1), dw, Vector512.Create(beta1) * first);
            second = Vector512.FusedMultiplyAdd(Vector512.Create(take2) * dw, dw, Vector512.Create(beta2) * second);
            return w - Vector512.Create(step) * first / (Vector512.Sqrt(second * Vector512.Create(correction)) + Vector512.Create(epsilon));
        }
    }
}
