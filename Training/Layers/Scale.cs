using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Layers;

/// <summary>y = factor * x, where the factor is not learned. Any shape. In front of the loss it is an inverse temperature.</summary>
[SpecName("scale")]
public sealed record Scale : ElementwiseSpec
{
    /// <summary>The factor, above 0 to 1,000.</summary>
    [Range(0.0, 1000.0, MinimumIsExclusive = true), Required]
    public double Factor { get; init; }

    internal override Activation Activation => new Activation<FactorOperation, Backward>(new FactorOperation((float)Factor), new Backward((float)Factor));

    private readonly struct Backward(float factor) : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y) => Vector512.Create(factor) * y;
    }
}
