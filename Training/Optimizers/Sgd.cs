using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Optimizers;

/// <summary>Stochastic gradient descent: w = w - learningRate * dw.</summary>
[SpecName("sgd")]
public sealed record Sgd : OptimizerSpec
{
    /// <summary>The step size, default 0.01 as in the numpy system.</summary>
    public override double LearningRate { get; init; } = 0.01;

    internal override IReadOnlyList<string> StateNames => [];

    internal override double Update(in ParameterSlice slice, double learningRate, long iteration) =>
        ParameterUpdate.Apply(new Rule((float)learningRate), slice.Regularization, slice.Values, slice.Gradients, first: default, second: default);

    private readonly struct Rule(float learningRate) : IUpdateRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Step(Vector512<float> w, Vector512<float> dw, ref Vector512<float> first, ref Vector512<float> second) =>
            Vector512.FusedMultiplyAdd(Vector512.Create(-learningRate), dw, w);
    }
}
