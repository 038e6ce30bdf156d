using System.Numerics;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Reference;

/// <summary>One layer of a <see cref="ReferenceNetwork{T}"/>: the reference functions with their parameters.</summary>
internal abstract class ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    /// <summary>What is learned: shared arrays, so that whoever changes them changes the layer.</summary>
    public virtual IReadOnlyList<ReferenceParameter<T>> Parameters => [];

    /// <summary>What follows the batches, by its names: the numbers after the last training pass.</summary>
    public virtual IReadOnlyList<(string Name, T[] Values)> Followers => [];

    /// <summary>The layer's output.</summary>
    public abstract Tensor4<T> Forward(Tensor4<T> x, bool training);

    /// <summary>Gradients of a training step, of x and of the parameters in their order.</summary>
    public abstract (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x);
}

/// <summary>One learned array.</summary>
/// <param name="Name">weight, bias, scale or shift; in a network with the layer's index before it: <c>3.weight</c>.</param>
/// <param name="Values">The numbers, shared.</param>
/// <param name="Decays">Whether the L2 term counts it: weights of convolution and affine layers alone.</param>
internal sealed record ReferenceParameter<T>(string Name, T[] Values, bool Decays);

internal sealed class ConvolutionLayer<T>(Tensor4<T> w, T[] b, int stride, int padding) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    private readonly Window window = Convolution.Over(w, stride, padding);

    public override IReadOnlyList<ReferenceParameter<T>> Parameters { get; } = [new("weight", w.Data, true), new("bias", b, false)];

    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => Convolution.Forward(x, w, b, window);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x)
    {
        (Tensor4<T> dx, Tensor4<T> dw, T[] db) = Convolution.Backward(dout, x, w, window);
        return (dx, [dw.Data, db]);
    }
}

internal sealed class MaxPoolingLayer<T>(Window window) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => MaxPooling.Forward(x, window);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x) => (MaxPooling.Backward(dout, x, window), []);
}

/// <summary>Each training forward pass advances <see cref="Running"/>.</summary>
internal sealed class BatchNormalizationLayer<T>(Scale<T> scale, T epsilon, T momentum) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    /// <summary>What testing normalises with; starts at mean 0, variance 1.</summary>
    public ChannelStatistics<T> Running { get; set; } =
        new(new T[scale.Gamma.Length], [.. Enumerable.Repeat(T.One, scale.Gamma.Length)]);

    public override IReadOnlyList<ReferenceParameter<T>> Parameters { get; } =
        [new("scale", scale.Gamma, false), new("shift", scale.Beta, false)];

    public override IReadOnlyList<(string Name, T[] Values)> Followers => [("runningMean", Running.Mean), ("runningVariance", Running.Variance)];

    public override Tensor4<T> Forward(Tensor4<T> x, bool training)
    {
        if (!training) return BatchNormalization.Forward(x, scale, Running, epsilon);
        ChannelStatistics<T> batch = BatchNormalization.Statistics(x);
        Running = BatchNormalization.Advance(Running, batch, momentum);
        return BatchNormalization.Forward(x, scale, batch, epsilon);
    }

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x)
    {
        (Tensor4<T> dx, T[] dgamma, T[] dbeta) = BatchNormalization.Backward(dout, x, scale.Gamma, epsilon);
        return (dx, [dgamma, dbeta]);
    }
}

/// <summary>Normalises with given statistics, in training as well.</summary>
internal sealed class ConstantNormalizationLayer<T>(Scale<T> scale, ChannelStatistics<T> statistics, T epsilon) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    public override IReadOnlyList<(string Name, T[] Values)> Followers =>
        [("scale", scale.Gamma), ("shift", scale.Beta), ("runningMean", statistics.Mean), ("runningVariance", statistics.Variance)];

    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => BatchNormalization.Forward(x, scale, statistics, epsilon);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x)
    {
        Tensor4<T> dx = dout.Zeros();
        for (int i = 0; i < dx.Data.Length; i++)
        {
            int c = i / (x.H * x.W) % x.C;
            dx.Data[i] = scale.Gamma[c] / T.Sqrt(statistics.Variance[c] + epsilon) * dout.Data[i];
        }

        return (dx, []);
    }
}

/// <summary>A layer whose parameters stay as they are.</summary>
internal sealed class FrozenLayer<T>(ReferenceLayer<T> layer) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    public override IReadOnlyList<(string Name, T[] Values)> Followers { get; } =
        [.. layer.Parameters.Select(parameter => (parameter.Name, (T[])parameter.Values.Clone()))];

    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => layer.Forward(x, training);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x) => (layer.Backward(dout, x).Dx, []);
}

internal sealed class ReluLayer<T> : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => Relu.Forward(x);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x) => (Relu.Backward(dout, x), []);
}

internal sealed class GeluLayer<T> : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => Gelu.Forward(x);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x) => (Gelu.Backward(dout, x), []);
}

/// <summary>The mask is given, and may be replaced between steps.</summary>
internal sealed class DropoutLayer<T>(Tensor4<T> mask) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    /// <summary>The mask of the coming training steps, as <see cref="Dropout.Mask"/> makes it.</summary>
    public Tensor4<T> Mask { get; set; } = mask;

    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => training ? Dropout.Forward(x, Mask) : x;

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x) => (Dropout.Backward(dout, Mask), []);
}

internal sealed class AffineLayer<T>(Tensor4<T> w, T[] b) : ReferenceLayer<T>
    where T : IFloatingPointIeee754<T>
{
    public override IReadOnlyList<ReferenceParameter<T>> Parameters { get; } = [new("weight", w.Data, true), new("bias", b, false)];

    public override Tensor4<T> Forward(Tensor4<T> x, bool training) => Affine.Forward(x, w, b);

    public override (Tensor4<T> Dx, T[][] Parameters) Backward(Tensor4<T> dout, Tensor4<T> x)
    {
        (Tensor4<T> dx, Tensor4<T> dw, T[] db) = Affine.Backward(dout, x, w);
        return (dx, [dw.Data, db]);
    }
}
