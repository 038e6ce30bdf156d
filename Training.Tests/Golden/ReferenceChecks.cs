using System.Numerics;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Golden;

/// <summary>
/// For each function of the golden files, how the reference computes what they record. The original's slow and fast forms are one here.
/// </summary>
internal static class ReferenceChecks<T>
    where T : IFloatingPointIeee754<T>
{
    /// <summary>From a file's inputs to results by the names of its outputs.</summary>
    public static IReadOnlyDictionary<string, GoldenCheck> All { get; } = new Dictionary<string, GoldenCheck>
    {
        ["conv_forward_naive"] = f => new() { { "out", Convolution.Forward(X(f), W(f), B(f), Filter(f)) } },
        ["conv_forward_fast"] = f => new() { { "out", Convolution.Forward(X(f), W(f), B(f), Filter(f)) } },
        ["conv_backward_naive"] = f => Gradients(Convolution.Backward(Dout(f), X(f), W(f), Filter(f))),
        ["conv_backward_naive1"] = f => Gradients(Convolution.Backward(Dout(f), X(f), W(f), Filter(f))),
        ["conv_relu_forward"] = f => new() { { "out", CombinedLayers.ConvolutionRelu(X(f), W(f), B(f), Filter(f)) } },
        ["conv_relu_backward"] = f => Gradients(CombinedLayers.ConvolutionReluBackward(Dout(f), X(f), W(f), B(f), Filter(f))),
        ["conv_relu_pool_forward"] = f =>
            new() { { "out", CombinedLayers.ConvolutionReluPool(X(f), W(f), B(f), Filter(f), Pool(f, "pool_stride")) } },
        ["conv_relu_pool_backward"] = f =>
            Gradients(CombinedLayers.ConvolutionReluPoolBackward(Dout(f), X(f), W(f), B(f), Filter(f), Pool(f, "pool_stride"))),

        ["max_pool_forward_naive"] = f => new() { { "out", MaxPooling.Forward(X(f), Pool(f, "stride")) } },
        ["max_pool_forward_fast"] = f => new() { { "out", MaxPooling.Forward(X(f), Pool(f, "stride")) } },
        ["max_pool_backward_naive"] = f => new() { { "dx", MaxPooling.Backward(Dout(f), X(f), Pool(f, "stride")) } },
        ["max_pool_backward_fast"] = f => new() { { "dx", MaxPooling.Backward(Dout(f), X(f), Pool(f, "stride")) } },

        ["batchnorm_forward"] = NormalizationForward,
        ["spatial_batchnorm_forward"] = NormalizationForward,
        ["batchnorm_backward"] = f => Gradients(BatchNormalization.BackwardStepByStep(Dout(f), X(f), Scale(f).Gamma, Epsilon(f))),
        ["batchnorm_backward_alt"] = f => Gradients(BatchNormalization.Backward(Dout(f), X(f), Scale(f).Gamma, Epsilon(f))),
        ["spatial_batchnorm_backward"] = f => Gradients(BatchNormalization.Backward(Dout(f), X(f), Scale(f).Gamma, Epsilon(f))),

        ["affine_forward"] = f => new() { { "out", Affine.Forward(X(f), W(f), B(f)) } },
        ["affine_backward"] = f => Gradients(Affine.Backward(Dout(f), X(f), W(f))),
        ["affine_relu_forward"] = f => new() { { "out", CombinedLayers.AffineRelu(X(f), W(f), B(f)) } },
        ["affine_relu_backward"] = f => Gradients(CombinedLayers.AffineReluBackward(Dout(f), X(f), W(f), B(f))),
        ["affine_bn_relu_forward"] = AffineNormalizationForward,
        ["affine_bn_relu_backward"] = AffineNormalizationBackward,
        ["affine_relu_dropout_forward"] = AffineDropoutForward,
        ["affine_relu_dropout_backward"] = f =>
            Gradients(CombinedLayers.AffineReluDropoutBackward(Dout(f), X(f), W(f), B(f), Mask(f, Dout(f)))),

        ["relu_forward"] = f => new() { { "out", Relu.Forward(X(f)) } },
        ["relu_backward"] = ReluBackward,
        ["softmax_loss"] = Loss,
        ["dropout_forward"] = f => new() { { "out", Dropout.Forward(X(f), Mask(f, X(f))) }, { "mask", Mask(f, X(f)) } },
        ["dropout_backward"] = f => new() { { "dx", Dropout.Backward(Dout(f), Mask(f, Dout(f))) } },

        ["sgd"] = UpdateSteps,
        ["sgd_momentum"] = UpdateSteps,
        ["rmsprop"] = UpdateSteps,
        ["adam"] = UpdateSteps,
        ["three_layer_conv_net"] = ReferenceTraining<T>.LossAndGradients,
        ["trainer"] = ReferenceTraining<T>.Run,
        ["check_accuracy"] = ReferenceTraining<T>.Accuracy,
    };

    private static GoldenResults NormalizationForward(GoldenFile f)
    {
        if (f.Has("x_test")) return NormalizationSteps(f);
        Tensor4<T> x = X(f);
        ChannelStatistics<T> batch = BatchNormalization.Statistics(x), running = Running(f, x.C);
        bool training = f.Text("mode") == "train";
        if (training) running = BatchNormalization.Advance(running, batch, Momentum(f));
        ChannelStatistics<T> used = training ? batch : running;
        return new()
        {
            { "out", BatchNormalization.Forward(x, Scale(f), used, Epsilon(f)) },
            { "mean", used.Mean },
            { "var", used.Variance },
            { "running_mean", running.Mean },
            { "running_var", running.Variance },
        };
    }

    /// <summary>Several training batches through the same running statistics, then a test with them.</summary>
    private static GoldenResults NormalizationSteps(GoldenFile f)
    {
        List<GoldenTensor> outputs = [], means = [], variances = [];
        ChannelStatistics<T> running = Running(f, Scale(f).Gamma.Length);
        for (int t = 0; t < f["x"].Shape[0]; t++)
        {
            Tensor4<T> x = f["x"][t].Images<T>();
            ChannelStatistics<T> batch = BatchNormalization.Statistics(x);
            running = BatchNormalization.Advance(running, batch, Momentum(f));
            outputs.Add(GoldenTensor.From(BatchNormalization.Forward(x, Scale(f), batch, Epsilon(f))));
            means.Add(GoldenTensor.From(running.Mean));
            variances.Add(GoldenTensor.From(running.Variance));
        }

        return new()
        {
            { "out", GoldenTensor.Stack(outputs) },
            { "running_mean", GoldenTensor.Stack(means) },
            { "running_var", GoldenTensor.Stack(variances) },
            { "out_test", BatchNormalization.Forward(f["x_test"].Images<T>(), Scale(f), running, Epsilon(f)) },
        };
    }

    private static GoldenResults AffineNormalizationForward(GoldenFile f)
    {
        ChannelStatistics<T> running = Running(f, B(f).Length);
        bool training = f.Text("mode") == "train";
        Tensor4<T> y = CombinedLayers.AffineBatchNormalizationRelu(X(f), W(f), B(f), Scale(f), training ? null : running, Epsilon(f));
        ChannelStatistics<T> batch = BatchNormalization.Statistics(Affine.Forward(X(f), W(f), B(f)));
        if (training) running = BatchNormalization.Advance(running, batch, Momentum(f));
        return new() { { "out", y }, { "running_mean", running.Mean }, { "running_var", running.Variance } };
    }

    private static GoldenResults AffineNormalizationBackward(GoldenFile f)
    {
        (AffineGradients<T> affine, T[] dgamma, T[] dbeta) =
            CombinedLayers.AffineBatchNormalizationReluBackward(Dout(f), X(f), W(f), B(f), Scale(f), Epsilon(f));
        return new() { { "dx", affine.Dx }, { "dw", affine.Dw }, { "db", affine.Db }, { "dgamma", dgamma }, { "dbeta", dbeta } };
    }

    private static GoldenResults AffineDropoutForward(GoldenFile f)
    {
        Tensor4<T> mask = Mask(f, Affine.Forward(X(f), W(f), B(f)));
        return new() { { "out", CombinedLayers.AffineReluDropout(X(f), W(f), B(f), mask) }, { "mask", mask } };
    }

    private static GoldenResults ReluBackward(GoldenFile f)
    {
        Tensor4<T> dout = Dout(f);
        return new() { { "dx", Relu.Backward(dout, X(f)) }, { "dout_after", dout } };
    }

    private static GoldenResults Loss(GoldenFile f)
    {
        (T loss, Tensor4<T> dx) = SoftmaxLoss.Forward(X(f), f["y"].Integers);
        return new() { { "loss", double.CreateChecked(loss) }, { "dx", dx } };
    }

    /// <summary>Five steps of the function's rule; the learning rate may decay by a factor after each.</summary>
    private static GoldenResults UpdateSteps(GoldenFile f)
    {
        T[] w = f["w"].Numbers<T>();
        var updater = new ReferenceUpdater<T>(f, f.Function, w.Length);
        Dictionary<string, List<GoldenTensor>> afterStep = [];
        for (int t = 0; t < f["dw"].Shape[0]; t++)
        {
            updater.Step(w, f["dw"][t].Numbers<T>());
            updater.LearningRate *= f.Number("lr_factor", 1);
            foreach ((string name, GoldenTensor value) in updater.State.Append(new("w", GoldenTensor.From(w))))
            {
                afterStep.TryAdd(name, []);
                afterStep[name].Add(value.Shape.Length == 0 ? value : value with { Shape = f["w"].Shape });
            }
        }

        GoldenResults results = [];
        foreach ((string name, List<GoldenTensor> values) in afterStep) results.Add(name, GoldenTensor.Stack(values));
        return results;
    }

    private static GoldenResults Gradients(ConvolutionGradients<T> gradients) =>
        new() { { "dx", gradients.Dx }, { "dw", gradients.Dw }, { "db", gradients.Db } };

    private static GoldenResults Gradients(AffineGradients<T> gradients) =>
        new() { { "dx", gradients.Dx }, { "dw", gradients.Dw }, { "db", gradients.Db } };

    private static GoldenResults Gradients(BatchNormalizationGradients<T> gradients) =>
        new() { { "dx", gradients.Dx }, { "dgamma", gradients.Dgamma }, { "dbeta", gradients.Dbeta } };

    private static Tensor4<T> X(GoldenFile f) => f["x"].Images<T>();

    private static Tensor4<T> W(GoldenFile f) => f["w"].Images<T>();

    private static T[] B(GoldenFile f) => f["b"].Numbers<T>();

    private static Tensor4<T> Dout(GoldenFile f) => f["dout"].Images<T>();

    private static Window Filter(GoldenFile f) => Convolution.Over(W(f), f.Integer("stride"), f.Integer("pad"));

    private static Window Pool(GoldenFile f, string stride) => new(f.Integer("pool_height"), f.Integer("pool_width"), f.Integer(stride));

    private static Scale<T> Scale(GoldenFile f) => new(f["gamma"].Numbers<T>(), f["beta"].Numbers<T>());

    private static T Epsilon(GoldenFile f) => T.CreateChecked(f.Number("eps", 1e-5));

    private static T Momentum(GoldenFile f) => T.CreateChecked(f.Number("momentum", 0.9));

    /// <summary>The given statistics, or 0, where the original starts both.</summary>
    private static ChannelStatistics<T> Running(GoldenFile f, int channels) => f.Has("running_mean")
        ? new(f["running_mean"].Numbers<T>(), f["running_var"].Numbers<T>())
        : new(new T[channels], new T[channels]);

    /// <summary>
    /// The recorded mask, or that of the recorded random numbers, or, in test mode, ones in the shape of <paramref name="like"/>.
    /// </summary>
    private static Tensor4<T> Mask(GoldenFile f, Tensor4<T> like)
    {
        if (f.Has("mask")) return f["mask"].Images<T>();
        return f.Has("uniform") ? Dropout.Mask(f["uniform"].Images<T>(), T.CreateChecked(f.Number("p"))) : like.Map(_ => T.One);
    }
}
