using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>The gradients of a convolution's weights and biases, summed over a batch in an order that depends on its size alone.</summary>
internal abstract class BatchGradient
{
    /// <summary>Sums over a batch.</summary>
    /// <param name="x">The inputs, (N, C, H, W).</param>
    /// <param name="dy">The gradient of the outputs.</param>
    /// <param name="count">N.</param>
    public abstract void Sum(FloatBuffer x, OutputGradient dy, int count);

    /// <summary>Writes a filter's part of dw, (C, HH, WW).</summary>
    public abstract void CopyTo(int filter, Span<float> dw);

    /// <summary>A filter's part of db, where there are biases.</summary>
    public abstract float BiasOf(int filter);
}
