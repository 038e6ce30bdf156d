using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Layers;

/// <summary>Leaky rectified linear unit (Maas et al. 2013): y = x where x is above 0, else slope * x. Any shape. The gradient at x = 0 is the slope.</summary>
[SpecName("leaky-relu")]
public sealed record LeakyRelu : ElementwiseSpec
{
    /// <summary>What negative numbers are multiplied with, in [0, 1), default 0.01 as in the paper.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Slope { get; init; } = 0.01;

    internal override Activation Activation => new Activation<Forward, Backward>(new Forward((float)Slope), new Backward((float)Slope));

    private readonly struct Forward(float slope) : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x) =>
            Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512.Create(slope) * x, x);
    }

    private readonly struct Backward(float slope) : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) =>
            Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512.Create(slope) * y, y);
    }
}
