using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>The gradient that arrives at a convolution's output, with what its ReLU and its pooling let through.</summary>
/// <param name="Values">dy, (N, F, OH, OW).</param>
/// <param name="Rectified">The outputs if a ReLU was absorbed, else null.</param>
/// <param name="Argmax">Which pooling element each output came from; empty without pooling.</param>
/// <param name="ImageLength">Numbers of one image.</param>
internal readonly record struct OutputGradient(FloatBuffer Values, FloatBuffer? Rectified, byte[] Argmax, int ImageLength)
{
    /// <summary>The argmax of one image.</summary>
    public ReadOnlySpan<byte> ArgmaxOf(int n) => Argmax.Length == 0 ? [] : Argmax.AsSpan(n * ImageLength, ImageLength);

    /// <summary>One image's gradient behind the ReLU.</summary>
    public void Mask(int n, Span<float> destination)
    {
        ReadOnlySpan<float> values = Values.Slice(n * ImageLength, ImageLength);
        if (Rectified is null) values.CopyTo(destination);
        else Elementwise.Apply(default(ReluGradientOperation), Rectified.Slice(n * ImageLength, ImageLength), values, destination);
    }
}
