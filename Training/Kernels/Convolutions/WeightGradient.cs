using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The gradient of a convolution's weights, dw[f, t] += sum over outputs q of dy[f, q] * x[q, t], where x[q, t] is the input that output q multiplies
/// with tap t: image by image, the outputs in row-major order. Behind a pooling, only the output that won a window has a gradient: a 2x2 pooling leaves
/// a quarter of the products. The lanes are taps, so the order is the same for every vector width. Scratch for one worker.
/// </summary>
internal abstract class WeightGradient(ConvolutionSize size, int filters)
{
    /// <summary>Numbers from one filter to the next in the sums.</summary>
    public abstract int Pitch { get; }

    /// <summary>The forward pass.</summary>
    protected ConvolutionSize Size { get; } = size;

    /// <summary>F.</summary>
    protected int Filters { get; } = filters;

    /// <summary>Adds one image's part to the sums (filters rounded up to whole tiles, <see cref="Pitch"/>).</summary>
    /// <param name="x">The image, (C, H, W).</param>
    /// <param name="dy">The gradient of its outputs, (F, OH, OW), with as many more zeros as fill a tile.</param>
    /// <param name="argmax">Which pooling element each output came from; empty without pooling.</param>
    /// <param name="sums">What is added to.</param>
    public abstract void Add(ReadOnlySpan<float> x, FloatBuffer dy, ReadOnlySpan<byte> argmax, FloatBuffer sums);

    /// <summary>Copies one filter's sums to its place in dw, (C, HH, WW).</summary>
    public abstract void CopyTo(ReadOnlySpan<float> sums, Span<float> dw);
}
