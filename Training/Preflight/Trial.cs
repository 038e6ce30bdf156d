using System.Diagnostics;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Schedules;

namespace CnnService.Training.Preflight;

/// <summary>A few steps of a run on its own data, to see how long they take and what the loss begins with. Nothing of it is kept.</summary>
public sealed class Trial
{
    private const double MostOperations = 1e11; // of one step, some 0.3 s on two cores: a larger batch is tried in part
    private const int FewestSteps = 3, MostSteps = 200, MostMeasured = 200;

    private readonly TrainingSpec spec;
    private readonly int iterationsPerEpoch, trainingImages, validationImages, testImages, classes;

    private Trial(TrainingSpec spec, Trainer trainer, Dataset dataset)
    {
        this.spec = spec;
        (trainingImages, validationImages, testImages) = (trainer.TrainingImages, trainer.ValidationImages, dataset.Test.Count);
        (iterationsPerEpoch, classes) = (spec.IterationsPerEpoch(trainer.Network, trainingImages), trainer.Network.Classes);
        OperationsPerImage = trainer.Network.TrainingOperationsPerImage;
    }

    /// <summary>Seconds of a step for each of its images.</summary>
    public double SecondsPerImage { get; private set; }

    /// <summary>Seconds of an evaluation for each image.</summary>
    public double SecondsPerMeasuredImage { get; private set; }

    /// <summary>The loss of the first batch, without L2 term.</summary>
    public double FirstLoss { get; private set; }

    /// <summary>Floating-point operations of training on one image, by the plain formulas.</summary>
    public long OperationsPerImage { get; }

    /// <summary>Seconds of an epoch with its evaluation.</summary>
    public double SecondsPerEpoch => ImagesPerEpoch * SecondsPerImage + EvaluationSeconds;

    /// <summary>Seconds of the whole run, with its evaluations after the first iteration, after each epoch and on the test part; one that stops early takes less.</summary>
    public double SecondsInAll => spec.Epochs * SecondsPerEpoch + EvaluationSeconds + testImages * SecondsPerMeasuredImage;

    /// <summary>What looks wrong with the first loss; null for one near that of a network that knows nothing, ln(classes).</summary>
    public Finding? LossFinding
    {
        get
        {
            double usual = Math.Round(NaturalLogarithm(classes), 2);
            if (FirstLoss <= 2 * usual + 1) return null;
            return double.IsFinite(FirstLoss)
                ? new Finding(
                    Severity.Warning, "first-loss",
                    FormattableString.Invariant($"The first loss is {FirstLoss:F2}, far above the {usual:F2} of a network that knows nothing; use smaller initial weights or normalisation."), [])
                : new Finding(
                    Severity.Problem, "first-loss",
                    FormattableString.Invariant($"The first loss is {FirstLoss}, so that the run would fail; use smaller initial weights or normalisation."), []);
        }
    }

    private long ImagesPerEpoch => Math.Min((long)iterationsPerEpoch * spec.BatchSize, spec.Sampling == Sampling.Shuffle ? trainingImages : long.MaxValue);

    private double EvaluationSeconds => (Math.Min(1000, trainingImages) + validationImages) * SecondsPerMeasuredImage;

    /// <summary>Tries steps until the time is over, three at least.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="dataset">Its dataset.</param>
    /// <param name="threads">Threads that share the work; 0 means all processors.</param>
    /// <param name="start">The model that it starts from.</param>
    /// <param name="time">How long to try.</param>
    /// <param name="cancel">Ends it between two steps.</param>
    public static Trial Measure(TrainingSpec spec, Dataset dataset, int threads, Model? start, TimeSpan time, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(dataset);
        var network = new Network(spec.Model, dataset.Shape, dataset.Labels.Count);
        int most = (int)Math.Clamp(MostOperations / Math.Max(1, network.TrainingOperationsPerImage), network.SmallestBatch, 10_000);
        using var trainer = new Trainer(spec with { BatchSize = Math.Min(spec.BatchSize, most) }, dataset, threads, start);
        var trial = new Trial(spec, trainer, dataset);
        trial.Run(trainer, time, cancel);
        return trial;
    }

    private void Run(Trainer trainer, TimeSpan time, CancellationToken cancel)
    {
        Learner learner = trainer.Learner;
        BatchOrder order = BatchOrder.Of(trainer.Spec, trainer.Network, trainingImages);
        var seconds = new List<double>();
        var clock = Stopwatch.StartNew();
        while (seconds.Count < FewestSteps || seconds.Count < MostSteps && clock.Elapsed < time)
        {
            cancel.ThrowIfCancellationRequested();
            ReadOnlySpan<int> batch = order.Batch(seconds.Count % order.IterationsPerEpoch);
            long begun = Stopwatch.GetTimestamp();
            learner.Load(batch, epoch: 0);
            double loss = learner.Learn(spec.Optimizer.LearningRate / 1000, new Position(seconds.Count, iterationsPerEpoch, (long)spec.Epochs * iterationsPerEpoch));
            seconds.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds / batch.Length);
            if (seconds.Count == 1) FirstLoss = loss - 0.5 * spec.Regularization * learner.Optimizer.SquaredWeights;
        }

        SecondsPerImage = Median(seconds.Skip(1)); // the first one is compiled
        int[] measured = [.. Enumerable.Range(0, Math.Min(MostMeasured, trainingImages))];
        learner.MeasureTraining(measured.AsSpan(0, 1)); // likewise
        long start = Stopwatch.GetTimestamp();
        learner.MeasureTraining(measured);
        SecondsPerMeasuredImage = Stopwatch.GetElapsedTime(start).TotalSeconds / measured.Length;
    }

    private static double Median(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted[sorted.Length / 2];
    }

    private static double NaturalLogarithm(int classes) => Tensors.Elementary.Log(classes);
}
