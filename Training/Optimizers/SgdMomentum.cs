using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Optimizers;

/// <summary>
/// Gradient descent with momentum (Sutskever et al. 2013): v = momentum * v - learningRate * dw; w = w + v, or with Nesterov's look ahead
/// w = w + momentum * v - learningRate * dw (Bengio et al. 2013). The learning rate is inside the velocity. Weights decay apart from it:
/// w = (1 - learningRate * weightDecay) * w + ... (Loshchilov and Hutter 2019).
/// </summary>
[SpecName("sgd-momentum")]
public sealed record SgdMomentum : OptimizerSpec
{
    /// <summary>The step size, default 0.01 as in the numpy system.</summary>
    public override double LearningRate { get; init; } = 0.01;

    /// <summary>The share of the velocity that is kept, in [0, 1), default 0.9 as in Sutskever et al. (2013).</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether the step looks ahead by the new velocity, default false.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Decoupled weight decay, 0 to 1, default 0; biases and normalisation do not decay.</summary>
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    internal override IReadOnlyList<string> StateNames => ["velocity"];

    internal override double Update(in ParameterSlice slice, double learningRate, long iteration)
    {
        float kept = Optimizers.WeightDecay.Kept(WeightDecay, learningRate, slice.Kind);
        return Nesterov
            ? Apply(new LookingAhead((float)learningRate, (float)Momentum, kept), slice)
            : Apply(new Rule((float)learningRate, (float)Momentum, kept), slice);
    }

    private static double Apply<TRule>(TRule rule, in ParameterSlice slice)
        where TRule : struct, IUpdateRule =>
        ParameterUpdate.Apply(rule, slice.Regularization, slice.Values, slice.Gradients, slice.State(0), second: default);

    private readonly struct Rule(float learningRate, float momentum, float kept) : IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second)
        {
            first = Vector512.FusedMultiplyAdd(Vector512.Create(momentum), first, Vector512.Create(-learningRate) * dw);
            return Vector512.FusedMultiplyAdd(Vector512.Create(kept), w, first);
        }
    }

    private readonly struct LookingAhead(float learningRate, float momentum, float kept) : IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second)
        {
            Vector512<float> down = Vector512.Create(-learningRate) * dw;
            first = Vector512.FusedMultiplyAdd(Vector512.Create(momentum), first, down);
            return Vector512.FusedMultiplyAdd(Vector512.Create(kept), w, Vector512.FusedMultiplyAdd(Vector512.Create(momentum), first, down));
        }
    }
}
