using System.Numerics;
using CnnService.Training.Specs;

namespace CnnService.Training.Reference;

/// <summary>
/// Batch normalisation, Ioffe and Szegedy (2015): <c>y = gamma * xhat + beta, xhat = (x - mean) / sqrt(variance + epsilon)</c>, for each
/// channel over the batch and the plane. x, y: (N, C, H, W), gamma, beta, mean, variance: (C). The plain form for rows (N, D) is the case
/// H = W = 1. The variance is biased (divided by the count m = N * H * W), for normalising and for the running statistics alike.
/// </summary>
internal static class BatchNormalization
{
    /// <summary>Mean and biased variance of each channel.</summary>
    public static ChannelStatistics<T> Statistics<T>(Tensor4<T> x)
        where T : IFloatingPointIeee754<T>
    {
        T m = Count(x);
        T[] mean = PerChannel(x, (_, value) => value);
        for (int c = 0; c < x.C; c++) mean[c] /= m;
        T[] variance = PerChannel(x, (c, value) => (value - mean[c]) * (value - mean[c]));
        for (int c = 0; c < x.C; c++) variance[c] /= m;
        return new(mean, variance);
    }

    /// <summary>
    /// y as in the formula above. Training gives the batch's own statistics, testing the running ones. Backward needs x.
    /// </summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x, Scale<T> scale, ChannelStatistics<T> statistics, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        (T[] mean, T[] variance) = statistics;
        foreach (T[] perChannel in (T[][])[scale.Gamma, scale.Beta, mean, variance])
        {
            if (perChannel.Length != x.C)
                throw new InvalidInputException("batch normalization", $"it is for {perChannel.Length} channels, but the input has {x.C}.");
        }

        return Map(x, (c, value) => scale.Gamma[c] * (value - mean[c]) / T.Sqrt(variance[c] + epsilon) + scale.Beta[c]);
    }

    /// <summary>
    /// The statistics that testing uses, one training step later: <c>running = momentum * running + (1 - momentum) * batch</c>.
    /// </summary>
    /// <param name="running">Before the step; where they start is the caller's choice, usually mean 0 and variance 1.</param>
    /// <param name="batch">Of the step's batch.</param>
    /// <param name="momentum">The share that is kept, in [0, 1], usually 0.9.</param>
    public static ChannelStatistics<T> Advance<T>(ChannelStatistics<T> running, ChannelStatistics<T> batch, T momentum)
        where T : IFloatingPointIeee754<T>
    {
        T[] Mix(T[] kept, T[] added) => [.. kept.Zip(added, (old, next) => momentum * old + (T.One - momentum) * next)];
        return new(Mix(running.Mean, batch.Mean), Mix(running.Variance, batch.Variance));
    }

    /// <summary>
    /// Gradients of a training step, from dout, the gradient of y, in the closed form of Ioffe and Szegedy's chain rule:
    /// dbeta = the sum of dout, dgamma = the sum of dout * xhat, each over n,h,w, and
    /// <c>dx = gamma / (m * sqrt(variance + epsilon)) * (m * dout - dbeta - xhat * dgamma)</c>. Shapes: those of x, gamma and beta.
    /// </summary>
    public static BatchNormalizationGradients<T> Backward<T>(Tensor4<T> dout, Tensor4<T> x, T[] gamma, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        T m = Count(x);
        (T[] mean, T[] variance) = Statistics(x);
        Tensor4<T> xhat = Map(x, (c, value) => (value - mean[c]) / T.Sqrt(variance[c] + epsilon));
        T[] dbeta = PerChannel(dout, (_, d) => d);
        T[] dgamma = PerChannel(dout, (_, d, normal) => d * normal, xhat);
        Tensor4<T> dx = Map(dout, (c, d, normal) =>
            gamma[c] / (m * T.Sqrt(variance[c] + epsilon)) * (m * d - dbeta[c] - normal * dgamma[c]), xhat);
        return new(dx, dgamma, dbeta);
    }

    /// <summary>
    /// The same gradients, each node of the graph on its own: dxhat to x - mean and to the inverse deviation, from there to the variance,
    /// and from all of them to x. It is longer and easier to derive than <see cref="Backward"/>; the two hold each other.
    /// </summary>
    public static BatchNormalizationGradients<T> BackwardStepByStep<T>(Tensor4<T> dout, Tensor4<T> x, T[] gamma, T epsilon)
        where T : IFloatingPointIeee754<T>
    {
        T m = Count(x), two = T.One + T.One;
        (T[] mean, T[] variance) = Statistics(x);
        Tensor4<T> centred = Map(x, (c, value) => value - mean[c]);
        T[] inverse = [.. variance.Select(value => T.One / T.Sqrt(value + epsilon))];

        T[] dbeta = PerChannel(dout, (_, d) => d);
        T[] dgamma = PerChannel(dout, (c, d, value) => d * value * inverse[c], centred);
        Tensor4<T> dxhat = Map(dout, (c, d) => d * gamma[c]);
        T[] dinverse = PerChannel(dxhat, (_, d, value) => d * value, centred);
        T[] dvariance = [.. dinverse.Select((d, c) => -d * inverse[c] * inverse[c] * inverse[c] / two)];
        Tensor4<T> dcentred = Map(dxhat, (c, d, value) => d * inverse[c] + two * value * dvariance[c] / m, centred);
        T[] dmean = PerChannel(dcentred, (_, d) => -d);
        return new(Map(dcentred, (c, d) => d + dmean[c] / m), dgamma, dbeta);
    }

    private static T Count<T>(Tensor4<T> x)
        where T : IFloatingPointIeee754<T> => T.CreateChecked(x.N * x.H * x.W);

    /// <summary>For each channel, the sum over n,h,w of f(channel, number).</summary>
    private static T[] PerChannel<T>(Tensor4<T> x, Func<int, T, T> f)
        where T : IFloatingPointIeee754<T> => PerChannel(x, (c, value, _) => f(c, value), x);

    private static T[] PerChannel<T>(Tensor4<T> x, Func<int, T, T, T> f, Tensor4<T> other)
        where T : IFloatingPointIeee754<T>
    {
        var sums = new T[x.C];
        for (int i = 0; i < x.Data.Length; i++) sums[Channel(x, i)] += f(Channel(x, i), x.Data[i], other.Data[i]);
        return sums;
    }

    /// <summary>f(channel, number) at every place.</summary>
    private static Tensor4<T> Map<T>(Tensor4<T> x, Func<int, T, T> f)
        where T : IFloatingPointIeee754<T> => Map(x, (c, value, _) => f(c, value), x);

    private static Tensor4<T> Map<T>(Tensor4<T> x, Func<int, T, T, T> f, Tensor4<T> other)
        where T : IFloatingPointIeee754<T> =>
        new(x.N, x.C, x.H, x.W, [.. x.Data.Select((value, i) => f(Channel(x, i), value, other.Data[i]))]);

    private static int Channel<T>(Tensor4<T> x, int index)
        where T : IFloatingPointIeee754<T> => index / (x.H * x.W) % x.C;
}

/// <summary>What batch normalisation learns: the factor gamma (C) and the offset beta (C) of each channel.</summary>
internal readonly record struct Scale<T>(T[] Gamma, T[] Beta);

/// <summary>Mean (C) and biased variance (C) of each channel.</summary>
internal readonly record struct ChannelStatistics<T>(T[] Mean, T[] Variance);

/// <summary>Gradients of batch normalisation's input (N, C, H, W), gamma (C) and beta (C).</summary>
internal readonly record struct BatchNormalizationGradients<T>(Tensor4<T> Dx, T[] Dgamma, T[] Dbeta)
    where T : IFloatingPointIeee754<T>;
