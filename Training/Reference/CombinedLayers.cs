using System.Numerics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Reference;

/// <summary>
/// Layers that usually follow each other, as one: forward is the composition of the single layers, and backward, which needs what forward
/// was given and the gradient dout of its output, walks the same composition from its end. Shapes are those of the single layers.
/// </summary>
internal static class CombinedLayers
{
    /// <summary>relu(convolution(x)). x: (N, C, H, W), w: (F, C, HH, WW), b: (F), result: (N, F, H', W').</summary>
    public static Tensor4<T> ConvolutionRelu<T>(Tensor4<T> x, Tensor4<T> w, T[] b, Window window)
        where T : IFloatingPointIeee754<T> => Relu.Forward(Convolution.Forward(x, w, b, window));

    /// <summary>Gradients of x, w and b through <see cref="ConvolutionRelu"/>.</summary>
    public static ConvolutionGradients<T> ConvolutionReluBackward<T>(Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w, T[] b, Window window)
        where T : IFloatingPointIeee754<T>
    {
        Tensor4<T> convolved = Convolution.Forward(x, w, b, window);
        return Convolution.Backward(Relu.Backward(dout, convolved), x, w, window);
    }

    /// <summary>pool(relu(convolution(x))). x: (N, C, H, W), w: (F, C, HH, WW), b: (F), result: (N, F, H'', W'').</summary>
    public static Tensor4<T> ConvolutionReluPool<T>(Tensor4<T> x, Tensor4<T> w, T[] b, Window window, Window pool)
        where T : IFloatingPointIeee754<T> => MaxPooling.Forward(ConvolutionRelu(x, w, b, window), pool);

    /// <summary>Gradients of x, w and b through <see cref="ConvolutionReluPool"/>.</summary>
    public static ConvolutionGradients<T> ConvolutionReluPoolBackward<T>(
        Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w, T[] b, Window window, Window pool)
        where T : IFloatingPointIeee754<T>
    {
        Tensor4<T> rectified = ConvolutionRelu(x, w, b, window);
        return ConvolutionReluBackward(MaxPooling.Backward(dout, rectified, pool), x, w, b, window);
    }

    /// <summary>relu(x . w + b). x: (N, D), w: (D, M), b: (M), result: (N, M).</summary>
    public static Tensor4<T> AffineRelu<T>(Tensor4<T> x, Tensor4<T> w, T[] b)
        where T : IFloatingPointIeee754<T> => Relu.Forward(Affine.Forward(x, w, b));

    /// <summary>Gradients of x, w and b through <see cref="AffineRelu"/>.</summary>
    public static AffineGradients<T> AffineReluBackward<T>(Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w, T[] b)
        where T : IFloatingPointIeee754<T> => Affine.Backward(Relu.Backward(dout, Affine.Forward(x, w, b)), x, w);

    /// <summary>
    /// relu(normalise(x . w + b)). x: (N, D), w: (D, M), b, scale, running: (M), result: (N, M). Testing normalises with the running
    /// statistics; training gives none and normalises with those of the batch.
    /// </summary>
    public static Tensor4<T> AffineBatchNormalizationRelu<T>(
        Tensor4<T> x, Tensor4<T> w, T[] b, Scale<T> scale, ChannelStatistics<T>? running, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        Tensor4<T> affine = Affine.Forward(x, w, b);
        return Relu.Forward(BatchNormalization.Forward(affine, scale, running ?? BatchNormalization.Statistics(affine), epsilon));
    }

    /// <summary>
    /// Gradients of x, w, b, gamma and beta through a training step of relu(normalise(x . w + b)). That of b is 0 up to rounding, because
    /// the normalisation takes any constant away.
    /// </summary>
    public static (AffineGradients<T> Affine, T[] Dgamma, T[] Dbeta) AffineBatchNormalizationReluBackward<T>(
        Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w, T[] b, Scale<T> scale, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        Tensor4<T> affine = Affine.Forward(x, w, b);
        Tensor4<T> normal = BatchNormalization.Forward(affine, scale, BatchNormalization.Statistics(affine), epsilon);
        (Tensor4<T> daffine, T[] dgamma, T[] dbeta) =
            BatchNormalization.Backward(Relu.Backward(dout, normal), affine, scale.Gamma, epsilon);
        return (Affine.Backward(daffine, x, w), dgamma, dbeta);
    }

    /// <summary>mask * relu(x . w + b). x: (N, D), w: (D, M), b: (M), mask and result: (N, M).</summary>
    public static Tensor4<T> AffineReluDropout<T>(Tensor4<T> x, Tensor4<T> w, T[] b, Tensor4<T> mask)
        where T : IFloatingPointIeee754<T> => Dropout.Forward(AffineRelu(x, w, b), mask);

    /// <summary>Gradients of x, w and b through <see cref="AffineReluDropout"/>.</summary>
    public static AffineGradients<T> AffineReluDropoutBackward<T>(Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w, T[] b, Tensor4<T> mask)
        where T : IFloatingPointIeee754<T> => AffineReluBackward(Dropout.Backward(dout, mask), x, w, b);
}
