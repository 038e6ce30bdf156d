using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Optimizers;
using CnnService.Training.Presets;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>Presets fit datasets of any size, and what they train predicts as it was evaluated.</summary>
public sealed class PresetTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. Preset.All.Select(preset => preset.Name)];

    public static MatrixTheoryData<string, int, int> NamesAndSizes => new([.. Preset.All.Select(preset => preset.Name)], [1, 3], [8, 28, 64]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_AnyDataset_GivesASpecThatCanBeTrained(string name)
    {
        foreach (int channels in (int[])[1, 3])
        {
            foreach (int size in (int[])[8, 9, 16, 28, 32, 33, 48, 63, 64, 96, 128])
            {
                foreach (int images in (int[])[4, 20, 200, 2_000, 40_000, 1_000_000])
                {
                    var shape = new Shape(channels, size, size);
                    TrainingSpec spec = Preset.Find(name)!.Fit(new PresetInput(shape, 7, images));

                    SpecJson.CheckValues(spec, "");
                    Assert.Equal(7, new Network(spec.Model, shape, 7).Classes);
                    if (name != "three-layer-conv-net") Assert.InRange(spec.BatchSize, 1, Math.Max(1, images / 2));
                }
            }
        }
    }

    [Fact]
    public void Find_AnotherName_GivesNone() => Assert.Null(Preset.Find("large"));

    [Fact]
    public void Fit_ColourAndGrey_MirrorsColourAloneAndNothingInSmall()
    {
        static TrainingSpec Fit(string name, int channels) => Preset.Find(name)!.Fit(new PresetInput(new Shape(channels, 32, 32), 10, 40_000));
        static (bool, TestTimeAugmentation) Mirrors(TrainingSpec spec) => (spec.Augmentations.Any(augmentation => augmentation is Flip), spec.TestTimeAugmentation);

        Assert.Equal((true, TestTimeAugmentation.MirrorTranslate), Mirrors(Fit("airbench", 3)));
        Assert.Equal((true, TestTimeAugmentation.Mirror), Mirrors(Fit("balanced", 3)));
        foreach ((string name, int channels) in ((string, int)[])[("airbench", 1), ("balanced", 1), ("small", 1), ("small", 3)])
            Assert.Equal((false, TestTimeAugmentation.None), Mirrors(Fit(name, channels)));
    }

    /// <summary>The constants of airbench94: 1,024 images a step, 1.5 for the mean loss, decay 0.0153 / 11.5, and 9.9 epochs of 40,000 images at least.</summary>
    [Fact]
    public void Fit_AirbenchOnCifar_HasThePublishedNumbers()
    {
        TrainingSpec spec = Preset.Find("airbench")!.Fit(new PresetInput(new Shape(3, 32, 32), 10, 40_000));
        var rule = Assert.IsType<SgdMomentum>(spec.Optimizer);

        Assert.Equal((1024, 11, 0.85, true, 64.0), (spec.BatchSize, spec.Epochs, rule.Momentum, rule.Nesterov, rule.ShiftFactor));
        Assert.Equal(0.00146484 * 1024, rule.LearningRate, 1e-4);
        Assert.Equal(0.00133043, spec.Regularization, 1e-8);
        var network = new Network(spec.Model, new Shape(3, 32, 32), 10);
        Assert.Equal(118.2e6, network.OperationsPerImage / 2.0, 0.1e6);
        Assert.Equal(1_974_000, network.ParameterCount, 5_000.0);
    }

    [Theory]
    [MemberData(nameof(NamesAndSizes))]
    public void Training_OfAnySize_EvaluatesAsItsModelPredicts(string name, int channels, int size)
    {
        Dataset dataset = Pictures(channels, size);
        TrainingSpec spec = Preset.Find(name)!.Fit(new PresetInput(dataset.Shape, 3, dataset.Train.Count)) with { Epochs = 1 };
        spec = spec with { BatchSize = Math.Min(spec.BatchSize, 20) };
        using var trainer = new Trainer(spec, dataset, threads: 2);
        EvaluationReport last = trainer.Run(Cancel).Last().Evaluation!;
        using var predictor = new Predictor(Model.Read(trainer.LastModel().ToArray()), batchSize: 1);

        var measured = new Measurement(3);
        float[] scores = new float[3];
        ImageSet part = ValidationPart.Of(spec, dataset);
        for (int i = 0; i < part.Count; i++)
        {
            predictor.Score(part[i], scores);
            measured.Add(scores, part.Labels[i]);
        }

        Assert.Equal((last.ValidationLoss, last.ValidationAccuracy), (measured.Loss, measured.Accuracy));
    }

    private static Dataset Pictures(int channels, int size)
    {
        var shape = new Shape(channels, size, size);
        float[] numbers = new float[shape.Length];
        byte[][] pictures = [.. Enumerable.Range(0, 60).Select(n =>
        {
            new Chance(3, Purpose.Shapes, (ulong)n).FillUniform(numbers);
            return numbers.Select((number, i) => (byte)(number * (i / size % 3 == n % 3 ? 255 : 120))).ToArray();
        })];
        var images = new ImageSet(shape, pictures.Select(picture => new ReadOnlyMemory<byte>(picture)), pictures.Select((_, n) => n % 3));
        return new Dataset(["a", "b", "c"], images);
    }
}
