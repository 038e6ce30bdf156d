using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Layers;

/// <summary>
/// Sigmoid linear unit (Elfwing et al. 2018; swish in Ramachandran et al. 2017): y = x * s(x) with the logistic function s(x) = 1 / (1 + e^-x). Any
/// shape. dx = dy * (s + x * s * (1 - s)).
/// </summary>
[SpecName("silu")]
public sealed record Silu : ElementwiseSpec
{
    internal override Activation Activation => new Activation<Forward, Backward>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Logistic(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exponential.Of(-x));

    private readonly struct Forward : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x) => x * Logistic(x);
    }

    private readonly struct Backward : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Invoke(Vector512<float> x, Vector512<float> y)
        {
            Vector512<float> s = Logistic(x);
            return y * Vector512.FusedMultiplyAdd(x * s, Vector512<float>.One - s, s);
        }
    }
}
