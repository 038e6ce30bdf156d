using CnnService.Training.Datasets;
using CnnService.Training.Layers;
using CnnService.Training.Preflight;
using CnnService.Training.Running;

namespace CnnService.Training.Tests.Preflight;

/// <summary>A few steps tell how long a run takes and what its loss begins with.</summary>
public sealed class TrialTests
{
    private static readonly Dataset Shapes = ShapesDataset.Create(trainCount: 300, testCount: 40);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void Measure_AUsualRun_BeginsWithTheLossOfOneThatKnowsNothing()
    {
        var spec = new TrainingSpec { Epochs = 7, BatchSize = 50 };

        Trial trial = Trial.Measure(spec, Shapes, threads: 1, start: null, Short, TestContext.Current.CancellationToken);

        Assert.Equal(Math.Log(10), trial.FirstLoss, 0.05);
        Assert.Null(trial.LossFinding);
        Assert.True(trial.SecondsPerImage > 0 && trial.SecondsPerMeasuredImage > 0);
        double evaluation = (270 + 30) * trial.SecondsPerMeasuredImage;
        Assert.Equal(270 * trial.SecondsPerImage + evaluation, trial.SecondsPerEpoch, 1e-9);
        Assert.Equal(7 * trial.SecondsPerEpoch + evaluation + 40 * trial.SecondsPerMeasuredImage, trial.SecondsInAll, 1e-9);
    }

    [Theory]
    [InlineData(3, Severity.Warning)]
    [InlineData(100, Severity.Problem)]
    public void Measure_WeightsThatAreTooLarge_AreAFinding(double scale, Severity severity)
    {
        LayerSpec[] layers = [.. Enumerable.Range(0, 30).SelectMany(_ => (LayerSpec[])[new Affine { Units = 30 }, new Relu()]), new Affine()];
        var spec = new TrainingSpec { Model = new LayerList { Layers = severity == Severity.Problem ? layers : [new Affine()], WeightScale = scale } };

        Trial trial = Trial.Measure(spec with { BatchSize = 20 }, Shapes, threads: 1, start: null, Short, TestContext.Current.CancellationToken);

        Assert.Equal((severity, "first-loss"), (trial.LossFinding!.Severity, trial.LossFinding.Code));
    }

    [Fact]
    public void Measure_ARunThatWasCancelled_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => Trial.Measure(new TrainingSpec(), Shapes, 1, null, Short, cancelled.Token));
    }
}
