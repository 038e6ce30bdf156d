using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>How weights begin, and that frozen parameters stay so.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class InitializationTests
{
    private const int Iterations = 13;
    private const string RecordedSha256 = "6682f370ba097314b66a2fadd11a3d32a392737c4f7a663362a0019c78d4f77e";

    private static readonly LayerList Network = new()
    {
        Layers =
        [
            new Convolution { Filters = 18, Height = 2, Width = 2, Initialization = Initialization.Whitening, Frozen = true }, new Gelu(),
            new Convolution { Filters = 20, Size = 3, Padding = 1, Bias = false, Initialization = Initialization.Identity }, new MaxPool { Size = 2 },
            new BatchNorm { Scale = false, Momentum = 0.6 }, new Gelu(), new GlobalMaxPool(), new Scale { Factor = 0.2 }, new Affine(),
        ],
    };

    private static readonly TrainingSpec Spec = SmallRuns.Spec with { Model = Network, Optimizer = new SgdMomentum { LearningRate = 0.05, Nesterov = true } };

    [Fact]
    public void Identity_OfAConvolution_ShowsEachChannelAsItIs()
    {
        var convolution = new Convolution { Filters = 5, Size = 3, Padding = 1, Bias = false, Initialization = Initialization.Identity };
        using var layers = new Sequential([convolution], SmallRuns.Images, capacity: 1);
        float[] x = new float[SmallRuns.Images.Length];
        SmallRuns.Data.Training.CopyTo(3, x);

        float[] y = layers.Forward(x).ToArray();

        Assert.Equal(x, y[..x.Length]);
        float[] others = layers.Parameter("0.weight")[(2 * 18)..].ToArray(); // of 3 filters over 2 x 3 x 3 numbers
        Assert.All(others, weight => Assert.InRange(Math.Abs(weight), 0, 1 / Math.Sqrt(18)));
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    [Fact]
    public void Whitening_OfTheFirstConvolution_MakesPatchesUncorrelated()
    {
        using Trainer trainer = SmallRuns.Create(Spec);
        Span<float> filters = trainer.Network.Layout["layers.0.weight"].In(trainer.Learner.Parameters);

        // The plain definition: all patches of 2 x 2 x 2 numbers, and the products of what the filters make of them.
        (int numbers, int count) = (8, 0);
        double[,] products = new double[numbers, numbers];
        float[] x = new float[SmallRuns.Images.Length];
        for (int n = 0; n < SmallRuns.Data.Training.Count; n++)
        {
            SmallRuns.Data.Training.CopyTo(n, x);
            for (int i = 0; i < 12; i++)
            {
                for (int j = 0; j < 29; j++, count++)
                {
                    double[] patch = [.. from c in Range(2) from k in Range(2) from l in Range(2) select (double)x[c * 390 + (i + k) * 30 + j + l]];
                    double[] seen = new double[numbers];
                    for (int f = 0; f < numbers; f++)
                        for (int k = 0; k < numbers; k++) seen[f] += filters[f * numbers + k] * patch[k];
                    for (int a = 0; a < numbers; a++)
                        for (int b = 0; b < numbers; b++) products[a, b] += seen[a] * seen[b];
                }
            }
        }

        // Variances of these numbers are above 1, where the constant under the root is small.
        for (int a = 0; a < numbers; a++)
            for (int b = 0; b < numbers; b++) Assert.Equal(a == b ? 1 : 0, products[a, b] / count, 2e-3);
        Assert.Equal(filters[..64].ToArray().Select(weight => -weight), filters[64..128].ToArray());
    }

    [Fact]
    public void Whitening_BehindTheFirstLayer_IsRefused()
    {
        LayerList late = new() { Layers = [new Relu(), .. Network.Layers] };
        var refused = Assert.Throws<InvalidInputException>(() => SmallRuns.Create(Spec with { Model = late }));
        Assert.Equal("model.layers: layers.1.weight begins with whitening, which is of the images themselves; use it in the first layer.", refused.Message);
    }

    [Fact]
    public void Whitening_OfLargePatches_IsRefused()
    {
        LayerList large = new() { Layers = [new Convolution { Filters = 8, Size = 6, Initialization = Initialization.Whitening }, new Affine()] };
        var refused = Assert.Throws<InvalidInputException>(() => SmallRuns.Create(Spec with { Model = large }));
        Assert.Equal("model.layers[0].initialization", refused.Part);
        Assert.Contains("2 x 6 x 6", refused.Reason);
    }

    [Fact]
    public void Frozen_Layers_StayAsTheyBeginAndOthersLearn()
    {
        LayerList frozen = new()
        {
            Layers =
            [
                new Convolution { Filters = 4, Size = 3, Frozen = true }, new BatchNorm { Frozen = true }, new Relu(),
                new Residual { Layers = [new Convolution { Filters = 6, Size = 3, Padding = 1, Stride = 2 }, new BatchNorm()], Frozen = true },
                new Affine { Units = 9, Frozen = true }, new Relu(), new Affine { Units = 7 }, new Relu(), new Affine { Units = 5, Frozen = true }, new Affine(),
            ],
        };
        using Trainer trainer = SmallRuns.Create(Spec with { Model = frozen });
        float[] before = trainer.Learner.Parameters.Span.ToArray();

        Assert.Equal(Iterations, trainer.Run(TestContext.Current.CancellationToken).Take(Iterations).Count());

        Assert.All(
            trainer.Network.Layout.Parameters,
            placed =>
            {
                bool changed = !before.AsSpan(placed.Start, placed.Length).SequenceEqual(placed.In(trainer.Learner.Parameters));
                Assert.Equal(placed.Name.Split('.')[1] is "6" or "9", changed);
            });
    }

    [Fact]
    public void Training_OnAnyThreadsOrCaptured_HasTheRecordedBits() =>
        RecordedBits.MustBe(RecordedSha256, Spec, Iterations);

    private static IEnumerable<int> Range(int count) => Enumerable.Range(0, count);
}
