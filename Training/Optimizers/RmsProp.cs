using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Optimizers;

/// <summary>
/// RMSProp (Tieleman and Hinton 2012): c = decayRate * c + (1 - decayRate) * dw^2; w = w - learningRate * dw / sqrt(c + epsilon). Epsilon is
/// inside the root, as in the numpy system.
/// </summary>
[SpecName("rmsprop")]
public sealed record RmsProp : OptimizerSpec
{
    /// <summary>The step size, default 0.01 as in the numpy system.</summary>
    public override double LearningRate { get; init; } = 0.01;

    /// <summary>The share of the mean square that is kept, in [0, 1), default 0.99 as in the numpy system.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double DecayRate { get; init; } = 0.99;

    /// <summary>What keeps the root from 0, above 0 up to 1, default 1e-8.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    internal override IReadOnlyList<string> StateNames => ["cache"];

    internal override double Update(in ParameterSlice slice, double learningRate, long iteration) =>
        ParameterUpdate.Apply(
            new Rule((float)learningRate, (float)DecayRate, (float)(1 - DecayRate), (float)Epsilon),
            slice.Regularization, slice.Values, slice.Gradients, slice.State(0), second: default);

    private readonly struct Rule(float learningRate, float keep, float take, float epsilon) : IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second)
        {
            first = Vector512.FusedMultiplyAdd(Vector512.Create(take) * dw, dw, Vector512.Create(keep) * first);
            return w - Vector512.Create(learningRate) * dw / Vector512.Sqrt(first + Vector512.Create(epsilon));
        }
    }
}
