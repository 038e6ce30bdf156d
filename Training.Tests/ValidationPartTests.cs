using CnnService.Training.Datasets;
using CnnService.Training.Running;

namespace CnnService.Training.Tests;

public sealed class ValidationPartTests
{
    [Fact]
    public void Of_SpecAndDataset_IsWhatTheTrainerMeasuresOn()
    {
        Dataset dataset = ShapesDataset.Create(trainCount: 200, testCount: 0);
        var spec = new TrainingSpec { Model = new ThreeLayerConvNet { Filters = 4, WeightScale = 0.01 }, BatchSize = 20, Epochs = 2, Seed = 5, ValidationFraction = 0.4 };
        using var trainer = new Trainer(spec, dataset, threads: 1);
        double last = 0;
        foreach (IterationReport report in trainer.Run(TestContext.Current.CancellationToken)) last = report.Evaluation?.ValidationAccuracy ?? last;

        ImageSet part = ValidationPart.Of(spec, dataset);

        using var predictor = new Predictor(trainer.LastModel());
        Assert.Equal((trainer.ValidationImages, last), (part.Count, predictor.Accuracy(part)));
        Assert.Equal(Split.Stratified(dataset.Train.Labels, 10, 0.4, 5).Validation.Select(i => dataset.Train.Labels[i]), part.Labels.ToArray());
        Assert.Equal(dataset.Train[Split.Stratified(dataset.Train.Labels, 10, 0.4, 5).Validation[3]], part[3]);
    }
}
