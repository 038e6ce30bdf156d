using CnnService.Training.Kernels;

namespace CnnService.Training.Layers;

/// <summary>A function of one number with its derivative, applied to many.</summary>
internal abstract class Activation
{
    /// <summary>y from x; both may be the same memory.</summary>
    public abstract void Forward(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>dx from x and dy; dx may be the memory of either.</summary>
    public abstract void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx);
}

/// <inheritdoc/>
/// <typeparam name="TForward">y from x.</typeparam>
/// <typeparam name="TBackward">dx from x and dy.</typeparam>
internal sealed class Activation<TForward, TBackward>(TForward forward = default, TBackward backward = default) : Activation
    where TForward : struct, IUnary
    where TBackward : struct, IBinary
{
    public override void Forward(ReadOnlySpan<float> x, Span<float> y) => Elementwise.Apply(forward, x, y);

    public override void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx) => Elementwise.Apply(backward, x, dy, dx);
}
