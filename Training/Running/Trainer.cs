using CnnService.Training.Datasets;
using CnnService.Training.Schedules;
using CnnService.Training.Specs;

namespace CnnService.Training.Running;

/// <summary>
/// Trains a network as an iterator: each step that is pulled is one iteration. Between two steps the run can be captured, and a trainer of the same
/// spec and dataset resumes it with the same bits, on any number of threads. Not for use by several threads at once.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainingData data;
    private readonly BatchOrder order;
    private readonly ScheduleSpec schedule;
    private readonly RunIdentity identity;

    /// <summary>Prepares a run from its beginning.</summary>
    /// <param name="spec">What to train, checked here: InvalidInputException names the field.</param>
    /// <param name="dataset">The images; the validation part is split off its training part.</param>
    /// <param name="threads">Threads that share the work, 1 to 1,024; 0 means all processors. They never change a bit of the result.</param>
    /// <param name="start">A model to start from: parameters of equal path and shape are taken from it, the others begin as without it.</param>
    public Trainer(TrainingSpec spec, Dataset dataset, int threads = 0, Model? start = null)
        : this(spec, TrainingData.From(spec, dataset), threads, start)
    {
    }

    internal Trainer(TrainingSpec spec, TrainingData data, int threads, Model? start = null, BatchOrder? order = null)
    {
        SpecJson.CheckValues(spec, "");
        (Spec, this.data) = (spec, data);
        Network = new Network(spec.Model, data.Training.Shape, data.Classes);
        Network.CheckBatchSize(spec.BatchSize);
        this.order = order ?? BatchOrder.Of(spec, Network, data.Training.Count);
        schedule = spec.BoundSchedule;
        identity = new RunIdentity(SpecJson.Write(spec), data.Sha256, TotalIterations);
        Learner = new Learner(spec, Network, data, start, this.order.Capacity, threads);
        State = new TrainerState(Network, Learner.Parameters, Learner.Optimizer, Learner.Average?.Values);
    }

    /// <summary>What is trained.</summary>
    public TrainingSpec Spec { get; }

    /// <summary>The network's structure.</summary>
    public Network Network { get; }

    /// <summary>Iterations done.</summary>
    public long Iteration => State.Iteration;

    /// <summary>Iterations of an epoch, as <see cref="TrainingSpec.IterationsPerEpoch"/> counts them.</summary>
    public int IterationsPerEpoch => order.IterationsPerEpoch;

    /// <summary>Iterations of the whole run, unless it stops early.</summary>
    public long TotalIterations => (long)Spec.Epochs * IterationsPerEpoch;

    /// <summary>Whether the run has ended before its last epoch, by <see cref="TrainingSpec.Stopping"/>.</summary>
    public bool StoppedEarly => Spec.StopsEarly(Iteration, IterationsPerEpoch, History);

    /// <summary>Whether no iteration is left.</summary>
    public bool IsOver => Iteration == TotalIterations || StoppedEarly;

    /// <summary>Training images, without those held out for validation.</summary>
    public int TrainingImages => data.Training.Count;

    /// <summary>Validation images.</summary>
    public int ValidationImages => data.Validation.Count;

    /// <summary>All that the run has told.</summary>
    public TrainingHistory History => State.History;

    /// <summary>The highest validation accuracy so far; 0 before the first evaluation.</summary>
    public double BestValidationAccuracy => State.BestValidationAccuracy;

    /// <summary>The iteration after which it was reached, the first of equals; 0 before the first evaluation.</summary>
    public long BestIteration => State.BestIteration;

    internal TrainerState State { get; }

    internal Learner Learner { get; }

    /// <summary>
    /// The iterations that are left; each is computed when it is pulled. After iteration 1, after each epoch and so at the end the accuracies are
    /// measured, and the best parameters kept.
    /// </summary>
    /// <exception cref="DivergedException">Pulled after an iteration whose loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the run can be captured and resumed.</exception>
    public IEnumerable<IterationReport> Run(CancellationToken cancel = default)
    {
        while (!IsOver)
        {
            cancel.ThrowIfCancellationRequested();
            IterationReport report = Step();
            History.Add(report);
            yield return report;
            if (!double.IsFinite(report.Loss)) throw new DivergedException(report.Iteration, report.Loss);
        }
    }

    /// <summary>A copy of everything that the run needs to go on.</summary>
    public Checkpoint Capture() => Checkpoint.Of(State, identity);

    /// <summary>The same into the memory of an earlier capture, whose content is replaced: nothing large is allocated.</summary>
    /// <param name="earlier">Captured from this trainer, or from another one of the same network and update rule; not one that was read.</param>
    public void Capture(Checkpoint earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        earlier.Take(State, identity);
    }

    /// <summary>
    /// Goes on from a checkpoint of the same spec, dataset and numerics version, bit for bit. InvalidInputException names what differs; the
    /// trainer is then as before.
    /// </summary>
    public void Resume(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Restore(State, identity);
    }

    /// <summary>The model of the best parameters so far, or of the best average; those of the beginning before the first evaluation.</summary>
    public Model BestModel() => data.ModelOf(Network, State.Best, Spec.TestTimeAugmentation);

    /// <summary>
    /// The accuracy of <see cref="BestModel"/> on other images, such as the dataset's test part; 0 to 1, NaN for no images. It takes no memory beside
    /// the trainer's own, and changes nothing of the run.
    /// </summary>
    /// <exception cref="ArgumentException">Images of another shape.</exception>
    public double BestAccuracy(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape != Network.Input) throw new ArgumentException($"The network takes {Network.Input}, and the images are {images.Shape}.", nameof(images));
        int[] all = [.. Enumerable.Range(0, images.Count)];
        return Learner.Measure(new NormalizedImages(images, all, data.Normalization), all, State.Best).Accuracy;
    }

    /// <summary>The model of the parameters after the last iteration, or of their average.</summary>
    public Model LastModel() => data.ModelOf(Network, State.Evaluated, Spec.TestTimeAugmentation);

    /// <summary>Ends the threads.</summary>
    public void Dispose() => Learner.Dispose();

    private IterationReport Step()
    {
        var at = new Position(Iteration, IterationsPerEpoch, TotalIterations);
        double learningRate = schedule.Rate(Spec.Optimizer.LearningRate, at);
        Learner.Load(order.Batch(at.Iteration), at.Epoch);
        double loss = Learner.Learn(learningRate, at);

        State.Iteration = at.Iteration + 1;
        bool endsEpoch = Iteration % IterationsPerEpoch == 0;
        EvaluationReport? evaluation = at.Iteration == 0 || endsEpoch ? Evaluate(endsEpoch ? at.Epoch + 1 : at.Epoch) : null;
        return new IterationReport(Iteration, at.Epoch + 1, loss, learningRate, evaluation);
    }

    private EvaluationReport Evaluate(int epoch)
    {
        (Measurement train, Measurement validation) = Learner.Evaluate(Iteration);
        State.KeepIfBest(validation.Accuracy);
        return new EvaluationReport(epoch, train.Accuracy, validation.Accuracy, validation.Loss, validation.PerClass);
    }
}
