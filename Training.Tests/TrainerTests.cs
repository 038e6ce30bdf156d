using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

public sealed class TrainerTests
{
    private static Network Everything { get; } = new(SmallRuns.EveryLayer, SmallRuns.Images, 4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_ToItsEnd_EvaluatesAfterIteration1AndEveryEpoch()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Epochs = 3 });

        IterationReport[] reports = [.. trainer.Run(Cancel)];

        Assert.Equal(18, reports.Length);
        Assert.Equal(Enumerable.Range(1, 18).Select(i => (long)i), reports.Select(r => r.Iteration));
        Assert.Equal([(1, 0), (6, 1), (12, 2), (18, 3)], reports.Where(r => r.Evaluation is not null).Select(r => ((int)r.Iteration, r.Evaluation!.Epoch)));
        Assert.Equal([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3], reports.Select(r => r.Epoch));
        Assert.Equal(18, trainer.History.Losses.Count);
        Assert.Equal(4, trainer.History.ValidationAccuracies.Count);
    }

    [Fact]
    public void Run_OneBatchPerEpoch_EvaluatesEachIterationOnce()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Epochs = 2, BatchSize = 44 });

        Assert.Equal([1, 2], trainer.Run(Cancel).Select(r => r.Evaluation!.Epoch));
    }

    [Fact]
    public void Run_AfterEachEpoch_DecaysTheLearningRate()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Epochs = 3, LearningRateDecay = 0.5, Optimizer = new Sgd { LearningRate = 0.08 } });

        Assert.Equal([0.08, 0.04, 0.02], trainer.Run(Cancel).Select(r => r.LearningRate).Distinct());
    }

    [Fact]
    public void Run_LearnableImages_Learns()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Epochs = 20, Optimizer = new Adam { LearningRate = 0.01 } });

        double[] losses = [.. trainer.Run(Cancel).Select(r => r.Loss)];

        Assert.True(losses[^1] < losses[0] / 2, $"The loss went from {losses[0]} to {losses[^1]}.");
        Assert.True(trainer.BestValidationAccuracy > 0.8, $"The best validation accuracy is {trainer.BestValidationAccuracy}.");
    }

    [Fact]
    public void Run_BestParameters_AreThoseOfTheFirstHighestAccuracy()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Optimizer = new Adam { LearningRate = 0.03 } });
        var kept = new Dictionary<long, byte[]>();
        foreach (IterationReport report in trainer.Run(Cancel))
            if (report.Evaluation is not null) kept[report.Iteration] = trainer.LastModel().ToArray();

        IReadOnlyList<double> accuracies = trainer.History.ValidationAccuracies;
        int best = accuracies.ToList().IndexOf(accuracies.Max());
        Assert.Equal(kept.Keys.ElementAt(best), trainer.BestIteration);
        Assert.Equal(accuracies[best], trainer.BestValidationAccuracy);
        Assert.Equal(kept[trainer.BestIteration], trainer.BestModel().ToArray());
        Assert.NotEqual(trainer.LastModel().ToArray(), trainer.BestModel().ToArray());
    }

    [Fact]
    public void Run_ValidationAccuracyAlways0_KeepsTheFirstParametersAsBest()
    {
        FloatImages wrong = new(SmallRuns.Images, new float[SmallRuns.Images.Length], [3]);
        TrainingSpec spec = SmallRuns.Spec with { Epochs = 2, Optimizer = new Sgd { LearningRate = 1e-9 } };
        for (long seed = 1; ; seed++) // a network that does not answer 3 for the blank image
        {
            using var trainer = new Trainer(spec with { Seed = seed }, SmallRuns.Data with { Validation = wrong }, threads: 1);
            if (trainer.Run(Cancel).Any(r => r.Evaluation?.ValidationAccuracy > 0)) continue;
            Assert.Equal(1, trainer.BestIteration);
            Assert.Equal(0, trainer.BestValidationAccuracy);
            return;
        }
    }

    [Fact]
    public void Run_MeasuredOftenOrNever_TrainsTheSame()
    {
        using Trainer often = SmallRuns.Create(SmallRuns.Spec with { Epochs = 2 });
        using Trainer rarely = SmallRuns.Create(SmallRuns.Spec with { Epochs = 2 });
        Learner learner = often.Learner;

        List<double> losses = [];
        foreach (IterationReport report in often.Run(Cancel))
        {
            losses.Add(report.Loss);
            learner.Measure(SmallRuns.Data.Training, [0, 5, 9, 11, 2]);
        }

        Assert.Equal(rarely.Run(Cancel).Select(r => r.Loss), losses);
    }

    [Fact]
    public void Run_WithReplacement_DrawsFullBatchesByIteration()
    {
        BatchOrder order = BatchOrder.Of(SmallRuns.Spec with { Sampling = Sampling.Replacement }, Everything, 44);

        int[] first = order.Batch(5).ToArray();

        Assert.Equal(8, first.Length);
        Assert.All(first, index => Assert.InRange(index, 0, 43));
        Assert.NotEqual(first, order.Batch(4).ToArray());
        Assert.Equal(first, order.Batch(5).ToArray());
    }

    [Fact]
    public void Run_Shuffled_TakesEachImageOnceAnEpochInANewOrder()
    {
        BatchOrder order = BatchOrder.Of(SmallRuns.Spec, Everything, 44);
        int[] Epoch(int epoch) => [.. Enumerable.Range(0, 6).SelectMany(i => order.Batch(epoch * 6 + i).ToArray())];

        Assert.Equal(Enumerable.Range(0, 44), Epoch(0).Order());
        Assert.Equal(Enumerable.Range(0, 44), Epoch(1).Order());
        Assert.NotEqual(Epoch(0), Epoch(1));
        Assert.Equal(4, order.Batch(5).Length);
    }

    [Theory]
    [InlineData(41, 8, Sampling.Shuffle, 5)] // the last batch would be of one image
    [InlineData(42, 8, Sampling.Shuffle, 6)]
    [InlineData(40, 8, Sampling.Shuffle, 5)]
    [InlineData(9, 8, Sampling.Shuffle, 1)]
    [InlineData(41, 8, Sampling.Replacement, 6)] // whose batches are all full
    public void Run_WithNormalisedVectors_LeavesOutALastBatchOfOne(int images, int batchSize, Sampling sampling, int iterations)
    {
        TrainingSpec spec = SmallRuns.Spec with { BatchSize = batchSize, Sampling = sampling };
        BatchOrder order = BatchOrder.Of(spec, Everything, images);
        Assert.Equal(iterations, order.IterationsPerEpoch);
        Assert.All(Enumerable.Range(0, iterations), i => Assert.InRange(order.Batch(i).Length, 2, batchSize));
    }

    [Fact]
    public void Run_WithoutNormalisedVectors_TakesALastBatchOfOne()
    {
        var network = new Network(new LayerList { Layers = [new BatchNorm(), new Affine()] }, SmallRuns.Images, 4);
        BatchOrder order = BatchOrder.Of(SmallRuns.Spec, network, 41);
        Assert.Equal((6, 1), (order.IterationsPerEpoch, order.Batch(5).Length));
    }

    [Fact]
    public void Run_Cancelled_StopsBetweenIterationsAndCanGoOn()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec), undisturbed = SmallRuns.Create(SmallRuns.Spec);
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (IterationReport report in trainer.Run(source.Token))
                if (report.Iteration == 10) source.Cancel();
        });

        Assert.Equal(10, trainer.Iteration);
        Assert.Equal(undisturbed.Run(Cancel).Skip(10).Select(r => r.Loss), trainer.Run(Cancel).Select(r => r.Loss));
    }

    [Fact]
    public void Run_LearningRateTooLarge_TellsTheLossThenThrowsWithIterationAndHint()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Model = new ThreeLayerConvNet { WeightScale = 1 }, Optimizer = new Sgd { LearningRate = 1000 } });

        var diverged = Assert.Throws<DivergedException>(() => trainer.Run(Cancel).Count());

        Assert.False(double.IsFinite(trainer.History.Losses[^1]));
        Assert.Equal(trainer.History.Losses.Count, diverged.Iteration);
        Assert.Contains("smaller learning rate", diverged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_BatchLargerThanTheTrainingImages_IsRefused()
    {
        var refused = Assert.Throws<InvalidInputException>(() => SmallRuns.Create(SmallRuns.Spec with { BatchSize = 45 }));

        Assert.Equal("batchSize", refused.Part);
        Assert.Contains("44 training images", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SpecOutOfRange_IsRefused() =>
        Assert.Equal("epochs", Assert.Throws<InvalidInputException>(() => SmallRuns.Create(SmallRuns.Spec with { Epochs = 0 })).Part);

    [Fact]
    public void Step_AfterTheFirst_AllocatesNothing()
    {
        var network = new Network(SmallRuns.EveryLayer, SmallRuns.Images, 4);
        using var team = new Team(2);
        var parameters = network.Initialize(1);
        var scoresGradient = new FloatBuffer(8 * 4);
        var optimizer = new Optimizer(new Adam(), network.Layout, parameters, 0.1);
        BoundNetwork bound = network.Bind(parameters, optimizer, 8, team);
        var pass = new Pass(8, new DropoutNoise(1));
        int[] labels = [0, 1, 2, 3, 0, 1, 2, 3];
        int iteration = 0;
        Step();

        Assert.Equal(0, Allocations.LeastOf(40, Step));

        void Step()
        {
            bound.Forward(pass);
            SoftmaxLoss.Forward(bound.Scores.Span, labels, scoresGradient.Span);
            optimizer.Begin(0.001, ++iteration);
            bound.Backward(scoresGradient, pass);
            optimizer.Finish();
        }
    }

    [Fact]
    public void Run_AfterTheFirstEpoch_AllocatesItsReportsAlone()
    {
        const int reportBytes = 160, measuredBytes = 320; // a report, an evaluation's report on every third, and what was counted for it
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { BatchSize = 16, Epochs = 60 });
        using IEnumerator<IterationReport> reports = trainer.Run(Cancel).GetEnumerator();
        for (int i = 0; i < 3; i++) Assert.True(reports.MoveNext());

        long least = Allocations.LeastOf(59, () =>
        {
            for (int i = 0; i < 3; i++) Assert.True(reports.MoveNext());
        });

        Assert.InRange(least, 1, 3 * reportBytes + measuredBytes);
    }
}
