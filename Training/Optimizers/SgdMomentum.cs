using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Optimizers;

/// <summary>
/// Gradient descent with momentum (Sutskever et al. 2013): v = momentum * v - learningRate * dw; w = w + v. The learning rate is inside the velocity.
/// </summary>
[SpecName("sgd-momentum")]
public sealed record SgdMomentum : OptimizerSpec
{
    /// <summary>The step size, default 0.01 as in the numpy system.</summary>
    public override double LearningRate { get; init; } = 0.01;

    /// <summary>The share of the velocity that is kept, in [0, 1), default 0.9 as in Sutskever et al. (2013).</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    internal override IReadOnlyList<string> StateNames => ["velocity"];

    internal override double Update(in ParameterSlice slice, double learningRate, long iteration) =>
        ParameterUpdate.Apply(
            new Rule((float)learningRate, (float)Momentum), slice.Regularization, slice.Values, slice.Gradients, slice.State(0), second: default);

    private readonly struct Rule(float learningRate, float momentum) : IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second)
        {
            first = Vector512.FusedMultiplyAdd(Vector512.Create(momentum), first, Vector512.Create(-learningRate) * dw);
            return w + first;
        }
    }
}
