using System.Text.Json;
using CnnService.Training.Augmentations;
using CnnService.Training.Averages;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>What images are seen as where they are evaluated and predicted.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class ViewTests
{
    private static readonly TrainingSpec Spec = new()
    {
        Model = new ThreeLayerConvNet { Filters = 4, WeightScale = 0.02 },
        BatchSize = 20,
        Epochs = 2,
        ValidationFraction = 0.4,
    };

    public static TheoryData<TestTimeAugmentation> All => [.. Enum.GetValues<TestTimeAugmentation>()];

    [Fact]
    public void Apply_EachViewOfAnImage_IsWhatWasWrittenByHand()
    {
        float[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        string[] seen = [.. View.Of(TestTimeAugmentation.MirrorTranslate).Select(view =>
        {
            float[] pixels = [.. image];
            view.Apply(new Shape(1, 3, 3), pixels, new float[9]);
            return string.Join(' ', pixels);
        })];

        Assert.Equal(
            [
                "1 2 3 4 5 6 7 8 9", "3 2 1 6 5 4 9 8 7",
                "5 6 5 8 9 8 5 6 5", "5 6 5 8 9 8 5 6 5", // up and to the left: row 3 shows row 1
                "5 4 5 2 1 2 5 4 5", "5 4 5 2 1 2 5 4 5", // down and to the right: row -1 shows row 1
            ],
            seen);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Weights_OfAllViews_AreOneTogether(TestTimeAugmentation augmentation) =>
        Assert.Equal(1, View.Of(augmentation).Sum(view => view.Weight));

    [Theory]
    [MemberData(nameof(All))]
    public void Evaluation_OfATrainer_IsThatOfItsModelsPredictions(TestTimeAugmentation augmentation)
    {
        Dataset dataset = ShapesDataset.Create(trainCount: 200, testCount: 0);
        TrainingSpec spec = Spec with { TestTimeAugmentation = augmentation };
        using var trainer = new Trainer(spec, dataset, threads: 2);
        EvaluationReport last = trainer.Run(TestContext.Current.CancellationToken).Last().Evaluation!;
        ImageSet part = ValidationPart.Of(spec, dataset);
        Model model = Model.Read(trainer.LastModel().ToArray());

        using var predictor = new Predictor(model, batchSize: 7);
        var measured = new Measurement(10);
        float[] scores = new float[10];
        for (int i = 0; i < part.Count; i++)
        {
            predictor.Score(part[i], scores);
            measured.Add(scores, part.Labels[i]);
        }

        Assert.Equal(augmentation, model.TestTimeAugmentation);
        Assert.Equal((last.ValidationAccuracy, last.ValidationLoss), (measured.Accuracy, measured.Loss));
        Assert.Equal(last.PerClass, measured.PerClass);
        Assert.Equal(last.ValidationAccuracy, predictor.Accuracy(part));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void BestAccuracy_OnOtherImages_IsThatOfTheBestModelAndLeavesTheRunAsItWas(TestTimeAugmentation augmentation)
    {
        Dataset dataset = ShapesDataset.Create(trainCount: 200, testCount: 50);
        using var trainer = new Trainer(Spec with { TestTimeAugmentation = augmentation, Averaging = new Lookahead() }, dataset, threads: 2);
        foreach (IterationReport _ in trainer.Run(TestContext.Current.CancellationToken).Take(12)) { }
        byte[] before = trainer.Capture().ToArray();

        using var predictor = new Predictor(trainer.BestModel(), batchSize: 7);
        Assert.Equal(predictor.Accuracy(dataset.Test), trainer.BestAccuracy(dataset.Test));

        Assert.Equal(before, trainer.Capture().ToArray());
        Assert.Throws<ArgumentException>("images", () => trainer.BestAccuracy(ImageSet.Empty(new Shape(1, 32, 32))));
    }

    [Fact]
    public void Score_OfViews_IsTheMeanOfTheScoresOfEach()
    {
        using var trainer = new Trainer(Spec, ShapesDataset.Create(trainCount: 200, testCount: 0), threads: 1);
        using var predictor = new Predictor(trainer.LastModel());
        byte[] image = [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => (byte)(i * i % 251))];
        byte[] mirrored = [.. image.Chunk(32).SelectMany(row => row.Reverse())];
        (float[] plain, float[] other, float[] mean, float[] batch) = (new float[10], new float[10], new float[10], new float[20]);

        predictor.Score(image, plain);
        predictor.Score(mirrored, other);
        predictor.Score(image, mean, TestTimeAugmentation.Mirror);
        predictor.Score([.. mirrored, .. image], batch, TestTimeAugmentation.Mirror);

        Assert.NotEqual(plain, other);
        Assert.Equal(plain.Zip(other, (a, b) => 0.5f * a + 0.5f * b), mean);
        Assert.Equal(mean, batch[10..]);
    }

    [Fact]
    public void Json_OfASpec_NamesTheViews() => Assert.Equal(
        ["none", "mirror", "mirror-translate"],
        Enum.GetValues<TestTimeAugmentation>().Select(augmentation => SpecJson.Write(Spec with { TestTimeAugmentation = augmentation }))
            .Select(json => JsonDocument.Parse(json).RootElement.GetProperty("testTimeAugmentation").GetString()!));

    [Fact]
    public void Read_ModelOfAnUnknownView_IsRefused()
    {
        using var trainer = new Trainer(Spec, ShapesDataset.Create(trainCount: 200, testCount: 0), threads: 1);
        Safetensors file = Safetensors.Read(trainer.LastModel().ToArray());
        Assert.False(file.Metadata.ContainsKey("testTimeAugmentation"));
        file.Metadata["testTimeAugmentation"] = "upsideDown";

        var refused = Assert.Throws<InvalidInputException>(() => Model.Read(file.ToArray()));
        Assert.Equal("testTimeAugmentation: is upsideDown; this program knows none, mirror and mirror-translate.", refused.Message);
    }
}
