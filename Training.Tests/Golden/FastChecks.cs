using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;
using Affine = CnnService.Training.Layers.Affine;
using Convolution = CnnService.Training.Layers.Convolution;
using Dropout = CnnService.Training.Layers.Dropout;
using Relu = CnnService.Training.Layers.Relu;
using SoftmaxLoss = CnnService.Training.Kernels.SoftmaxLoss;

namespace CnnService.Training.Tests.Golden;

/// <summary>How the fast layers compute what the files of one function record, with that many threads.</summary>
internal delegate GoldenResults FastCheck(GoldenFile file, int threads);

/// <summary>
/// For each function of the golden files, how the fast layers and update rules compute what they record, in float. Combined functions go
/// through the layers that absorb their followers.
/// </summary>
internal static class FastChecks
{
    /// <summary>From a file's inputs to results by the names of its outputs.</summary>
    public static IReadOnlyDictionary<string, FastCheck> All { get; } = new Dictionary<string, FastCheck>
    {
        ["conv_forward_naive"] = (f, threads) => Forward(f, threads, Filter(f)),
        ["conv_forward_fast"] = (f, threads) => Forward(f, threads, Filter(f)),
        ["conv_backward_naive"] = (f, threads) => Backward(f, threads, Filter(f)),
        ["conv_backward_naive1"] = (f, threads) => Backward(f, threads, Filter(f)),
        ["conv_relu_forward"] = (f, threads) => Forward(f, threads, Filter(f), new Relu()),
        ["conv_relu_backward"] = (f, threads) => Backward(f, threads, Filter(f), new Relu()),
        ["conv_relu_pool_forward"] = (f, threads) => Forward(f, threads, Filter(f), new Relu(), Pool(f, "pool_stride")),
        ["conv_relu_pool_backward"] = (f, threads) => Backward(f, threads, Filter(f), new Relu(), Pool(f, "pool_stride")),

        ["max_pool_forward_naive"] = (f, threads) => Forward(f, threads, Pool(f, "stride")),
        ["max_pool_forward_fast"] = (f, threads) => Forward(f, threads, Pool(f, "stride")),
        ["max_pool_backward_naive"] = (f, threads) => Backward(f, threads, Pool(f, "stride")),
        ["max_pool_backward_fast"] = (f, threads) => Backward(f, threads, Pool(f, "stride")),

        ["batchnorm_forward"] = NormalizationForward,
        ["spatial_batchnorm_forward"] = NormalizationForward,
        ["batchnorm_backward"] = (f, threads) => Backward(f, threads, Normalization(f)),
        ["batchnorm_backward_alt"] = (f, threads) => Backward(f, threads, Normalization(f)),
        ["spatial_batchnorm_backward"] = (f, threads) => Backward(f, threads, Normalization(f)),

        ["affine_forward"] = (f, threads) => Forward(f, threads, Units(f)),
        ["affine_backward"] = (f, threads) => Backward(f, threads, Units(f)),
        ["affine_relu_forward"] = (f, threads) => Forward(f, threads, Units(f), new Relu()),
        ["affine_relu_backward"] = (f, threads) => Backward(f, threads, Units(f), new Relu()),
        ["affine_bn_relu_forward"] = AffineNormalizationForward,
        ["affine_bn_relu_backward"] = (f, threads) => Backward(f, threads, Units(f), Normalization(f), new Relu()),
        ["affine_relu_dropout_forward"] = (f, threads) => DropoutForward(f, threads, Units(f), new Relu(), Keeping(f)),
        ["affine_relu_dropout_backward"] = (f, threads) => Backward(f, threads, Units(f), new Relu(), Keeping(f)),

        ["relu_forward"] = (f, threads) => Forward(f, threads, new Relu()),
        ["relu_backward"] = (f, threads) => Backward(f, threads, new Relu()),
        ["dropout_forward"] = (f, threads) => DropoutForward(f, threads, Keeping(f)),
        ["dropout_backward"] = (f, threads) => Backward(f, threads, Keeping(f)),
        ["softmax_loss"] = (f, _) => Loss(f),

        ["sgd"] = (f, _) => FastUpdates.Run(f),
        ["sgd_momentum"] = (f, _) => FastUpdates.Run(f),
        ["rmsprop"] = (f, _) => FastUpdates.Run(f),
        ["adam"] = (f, _) => FastUpdates.Run(f),
        ["three_layer_conv_net"] = FastThreeLayerNet.LossAndGradients,
    };

    /// <summary>The functions without a check here, and why.</summary>
    public static IReadOnlyDictionary<string, string> Elsewhere { get; } = new Dictionary<string, string>
    {
        ["trainer"] = "Whole runs, with batches, histories and best parameters, are the trainer's and not the layers'.",
        ["check_accuracy"] = "Accuracy over chosen images is measured by the trainer.",
    };

    private static bool InTraining(GoldenFile f) => f.Text("mode") == "train";

    private static GoldenResults Forward(GoldenFile f, int threads, params LayerSpec[] specs) =>
        new() { { "out", Layers(f, threads, specs).Run(X(f), training: false) } };

    /// <summary>All gradients that there are, by the names of the files. Test mode is a training pass that keeps everything.</summary>
    private static GoldenResults Backward(GoldenFile f, int threads, params LayerSpec[] specs)
    {
        FastLayers layers = Layers(f, threads, specs);
        Tensor4<float> dout = f["dout"].Images<float>();
        layers.Run(X(f, like: dout), training: true, dout);
        GoldenResults results = new() { { "dx", layers.Dx! }, { "dout_after", new Tensor4<float>(dout.N, dout.C, dout.H, dout.W, layers.DoutAfter) } };
        foreach (Parameter parameter in layers.Parameters.Where(parameter => parameter.IsTrained))
        {
            string input = RecordedName(parameter);
            results.Add($"d{input}", GoldenTensor.From(layers.Gradient(parameter.Name), f[input].Shape));
        }

        return results;
    }

    private static GoldenResults NormalizationForward(GoldenFile f, int threads)
    {
        FastLayers layers = Layers(f, threads, Normalization(f));
        if (f.Has("x_test")) return NormalizationSteps(f, layers);
        GoldenResults results = new() { { "out", layers.Run(X(f), InTraining(f)) } };
        AddRunning(results, layers, layer: 0);

        // With momentum 0 the running statistics become those that the batch was normalised with.
        FastLayers used = Layers(f, threads, Normalization(f) with { Momentum = 0 });
        used.Run(X(f), InTraining(f));
        results.Add("mean", used.Get("0.runningMean"));
        results.Add("var", used.Get("0.runningVariance"));
        return results;
    }

    /// <summary>Several training batches through the same running statistics, then a test with them.</summary>
    private static GoldenResults NormalizationSteps(GoldenFile f, FastLayers layers)
    {
        List<GoldenTensor> outputs = [], means = [], variances = [];
        for (int t = 0; t < f["x"].Shape[0]; t++)
        {
            Tensor4<float> y = layers.Run(f["x"][t].Images<float>(), training: true);
            outputs.Add(GoldenTensor.From(y.Data, f["x"].Shape[1..]));
            means.Add(GoldenTensor.From(layers.Get("0.runningMean")));
            variances.Add(GoldenTensor.From(layers.Get("0.runningVariance")));
        }

        return new()
        {
            { "out", GoldenTensor.Stack(outputs) },
            { "running_mean", GoldenTensor.Stack(means) },
            { "running_var", GoldenTensor.Stack(variances) },
            { "out_test", layers.Run(f["x_test"].Images<float>(), training: false) },
        };
    }

    private static GoldenResults AffineNormalizationForward(GoldenFile f, int threads)
    {
        FastLayers layers = Layers(f, threads, Units(f), Normalization(f), new Relu());
        GoldenResults results = new() { { "out", layers.Run(X(f), InTraining(f)) } };
        AddRunning(results, layers, layer: 1);
        return results;
    }

    /// <summary>The mask is what the same layers make of ones.</summary>
    private static GoldenResults DropoutForward(GoldenFile f, int threads, params LayerSpec[] specs)
    {
        FastLayers layers = Layers(f, threads, specs);
        GoldenResults results = new() { { "out", layers.Run(X(f), InTraining(f)) } };
        if (f.Has("w"))
            layers.Set("0.weight", new float[f["w"].Values.Length]).Set("0.bias", [.. f["b"].Values.Select(_ => 1f)]);
        results.Add("mask", layers.Run(X(f).Map(_ => 1), InTraining(f)));
        return results;
    }

    private static GoldenResults Loss(GoldenFile f)
    {
        Tensor4<float> dx = X(f).Zeros();
        double loss = SoftmaxLoss.Forward(X(f).Data, f["y"].Integers, dx.Data);
        return new() { { "loss", loss }, { "dx", dx } };
    }

    /// <summary>The layers with the file's parameters. Running statistics that are not given start at 0, as in the original.</summary>
    private static FastLayers Layers(GoldenFile f, int threads, params LayerSpec[] specs)
    {
        GoldenTensor x = f.Has("x") ? f["x"] : f["dout"];
        Tensor4<float> batch = (f.Has("x_test") ? x[0] : x).Images<float>();
        var layers = new FastLayers(new Shape(batch.C, batch.H, batch.W), specs)
        {
            Threads = threads,
            Noise = new RecordedNoise(Math.Max(0, Array.FindIndex(specs, spec => spec is Dropout)), Uniform(f)),
        };
        foreach (Parameter parameter in layers.Parameters.Where(parameter => f.Has(RecordedName(parameter))))
            layers.Set(parameter.Name, f[RecordedName(parameter)].Numbers<float>());
        return layers;
    }

    private static string RecordedName(Parameter parameter) => parameter.Name[(parameter.Name.IndexOf('.', StringComparison.Ordinal) + 1)..] switch
    {
        "weight" => "w",
        "bias" => "b",
        "scale" => "gamma",
        "shift" => "beta",
        "runningMean" => "running_mean",
        _ => "running_var",
    };

    /// <summary>The recorded numbers, or some that give the recorded mask, or, where there is none, zeros, which keep everything.</summary>
    private static float[] Uniform(GoldenFile f)
    {
        if (f.Has("uniform")) return f["uniform"].Numbers<float>();
        if (f.Has("mask")) return [.. f["mask"].Values.Select(value => value == 0 ? 1f : 0)];
        return new float[f[f.Has("dout") ? "dout" : "x"].Values.Length];
    }

    private static void AddRunning(GoldenResults results, FastLayers layers, int layer)
    {
        results.Add("running_mean", layers.Get($"{layer}.runningMean"));
        results.Add("running_var", layers.Get($"{layer}.runningVariance"));
    }

    /// <summary>The input; a file of a layer whose gradient does not depend on it may have none.</summary>
    private static Tensor4<float> X(GoldenFile f, Tensor4<float>? like = null) => f.Has("x") ? f["x"].Images<float>() : like!;

    private static Convolution Filter(GoldenFile f) => new()
    {
        Filters = (int)f["w"].Shape[0],
        Height = (int)f["w"].Shape[2],
        Width = (int)f["w"].Shape[3],
        Stride = f.Integer("stride"),
        Padding = f.Integer("pad"),
    };

    private static MaxPool Pool(GoldenFile f, string stride) =>
        new() { Height = f.Integer("pool_height"), Width = f.Integer("pool_width"), Stride = f.Integer(stride) };

    private static BatchNorm Normalization(GoldenFile f) =>
        new() { Epsilon = f.Number("eps", new BatchNorm().Epsilon), Momentum = f.Number("momentum", new BatchNorm().Momentum) };

    private static Affine Units(GoldenFile f) => new() { Units = (int)f["w"].Shape[1] };

    private static Dropout Keeping(GoldenFile f) => new() { Keep = InTraining(f) ? f.Number("p") : 1 };
}
