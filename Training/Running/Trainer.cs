using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Optimizers;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>
/// Trains a network as an iterator: each step that is pulled is one iteration. Between two steps the run can be captured, and a trainer of the same
/// spec and dataset resumes it with the same bits, on any number of threads. Not for use by several threads at once.
/// </summary>
public sealed class Trainer : IDisposable
{
    private const int TrainAccuracyImages = 1000; // as the numpy system samples
    private readonly TrainingData data;
    private readonly BatchOrder order;
    private readonly Team team;
    private readonly FloatBuffer scoresGradient;
    private readonly BoundNetwork bound;
    private readonly BatchInput input;
    private readonly DropoutNoise noise;
    private readonly int[] trainIndices, validationIndices;

    /// <summary>Prepares a run from its beginning.</summary>
    /// <param name="spec">What to train, checked here: InvalidInputException names the field.</param>
    /// <param name="dataset">The images; the validation part is split off its training part.</param>
    /// <param name="threads">Threads that share the work, 1 to 1,024; 0 means all processors. They never change a bit of the result.</param>
    public Trainer(TrainingSpec spec, Dataset dataset, int threads = 0)
        : this(spec, TrainingData.From(spec, dataset), threads)
    {
    }

    internal Trainer(TrainingSpec spec, TrainingData data, int threads, BatchOrder? order = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 1024);
        SpecJson.CheckValues(spec, "");
        if (spec.Sampling == Sampling.Shuffle && spec.BatchSize > data.Training.Count)
            throw new InvalidInputException("batchSize", $"is {spec.BatchSize}, but there are {data.Training.Count} training images; give at most that.");
        Spec = spec;
        this.data = data;
        Network = new Network(spec.Model, data.Training.Shape, data.Classes);
        Network.CheckBatchSize(spec.BatchSize);
        this.order = order ?? BatchOrder.Of(spec, Network, data.Training.Count);
        Parameters = Network.Initialize((ulong)spec.Seed);
        BestParameters = new FloatBuffer(Network.Layout.Length);
        int capacity = this.order.Capacity;
        scoresGradient = new FloatBuffer(capacity * data.Classes);
        trainIndices = new int[data.Training.Count];
        validationIndices = [.. Enumerable.Range(0, data.Validation.Count)];
        noise = new DropoutNoise((ulong)spec.Seed);
        team = new Team(threads == 0 ? Environment.ProcessorCount : threads);
        Optimizer = new Optimizer(spec.Optimizer, Network.Layout, Parameters, spec.Regularization);
        bound = Network.Bind(Parameters, Optimizer, capacity, team);
        input = new BatchInput(bound, team);
        Evaluator = new Evaluator(bound, input, data.Classes);
    }

    /// <summary>What is trained.</summary>
    public TrainingSpec Spec { get; }

    /// <summary>The network's structure.</summary>
    public Network Network { get; }

    /// <summary>Iterations done.</summary>
    public long Iteration { get; private set; }

    /// <summary>Iterations of an epoch, as <see cref="TrainingSpec.IterationsPerEpoch"/> counts them.</summary>
    public int IterationsPerEpoch => order.IterationsPerEpoch;

    /// <summary>Iterations of the whole run.</summary>
    public long TotalIterations => (long)Spec.Epochs * IterationsPerEpoch;

    /// <summary>Training images, without those held out for validation.</summary>
    public int TrainingImages => data.Training.Count;

    /// <summary>Validation images.</summary>
    public int ValidationImages => data.Validation.Count;

    /// <summary>All that the run has told.</summary>
    public TrainingHistory History { get; } = new();

    /// <summary>The highest validation accuracy so far; 0 before the first evaluation.</summary>
    public double BestValidationAccuracy { get; private set; }

    /// <summary>The iteration after which it was reached, the first of equals; 0 before the first evaluation.</summary>
    public long BestIteration { get; private set; }

    internal FloatBuffer Parameters { get; }

    internal FloatBuffer BestParameters { get; }

    internal Optimizer Optimizer { get; }

    internal Evaluator Evaluator { get; }

    internal string DatasetSha256 => data.Sha256;

    /// <summary>
    /// The iterations that are left; each is computed when it is pulled. After iteration 1, after each epoch and so at the end the accuracies are
    /// measured, and the best parameters kept.
    /// </summary>
    /// <exception cref="DivergedException">Pulled after an iteration whose loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the run can be captured and resumed.</exception>
    public IEnumerable<IterationReport> Run(CancellationToken cancel = default)
    {
        while (Iteration < TotalIterations)
        {
            cancel.ThrowIfCancellationRequested();
            IterationReport report = Step();
            History.Add(report);
            yield return report;
            if (!double.IsFinite(report.Loss)) throw new DivergedException(report.Iteration, report.Loss);
        }
    }

    /// <summary>A copy of everything that the run needs to go on.</summary>
    public Checkpoint Capture() => Checkpoint.Of(this);

    /// <summary>The same into the memory of an earlier capture, whose content is replaced: nothing large is allocated.</summary>
    /// <param name="earlier">Captured from this trainer, or from another one of the same network and update rule; not one that was read.</param>
    public void Capture(Checkpoint earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        earlier.Take(this);
    }

    /// <summary>
    /// Goes on from a checkpoint of the same spec, dataset and numerics version, bit for bit. InvalidInputException names what differs; the
    /// trainer is then as before.
    /// </summary>
    public void Resume(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Restore(this);
    }

    /// <summary>The model of the best parameters so far; those of the beginning before the first evaluation.</summary>
    public Model BestModel() => CreateModel(BestIteration > 0 ? BestParameters : Parameters);

    /// <summary>The model of the parameters after the last iteration.</summary>
    public Model LastModel() => CreateModel(Parameters);

    /// <summary>Ends the threads.</summary>
    public void Dispose() => team.Dispose();

    /// <summary>
    /// The step size of an epoch, counted from 0: one product after the other, as an optimizer that is decayed at each epoch's end would have it.
    /// </summary>
    internal double LearningRateOf(int epoch)
    {
        double rate = Spec.Optimizer.LearningRate;
        for (int i = 0; i < epoch; i++) rate *= Spec.LearningRateDecay;
        return rate;
    }

    /// <summary>One update from the batch that is in place; returns its loss before the update, L2 term included.</summary>
    internal double Learn(double learningRate)
    {
        noise.Iteration = Iteration;
        var pass = new Pass(input.Count, noise);
        bound.Forward(pass);
        int scores = input.Count * data.Classes;
        double loss = SoftmaxLoss.Forward(bound.Scores.Slice(0, scores), input.Labels, scoresGradient.Slice(0, scores));
        Optimizer.Begin(learningRate, Iteration + 1);
        bound.Backward(scoresGradient, pass);
        return loss + 0.5 * Spec.Regularization * Optimizer.SquaredWeights;
    }

    internal void SetPosition(long iteration, long bestIteration, double bestValidationAccuracy) =>
        (Iteration, BestIteration, BestValidationAccuracy) = (iteration, bestIteration, bestValidationAccuracy);

    private IterationReport Step()
    {
        long iteration = Iteration;
        int epoch = (int)(iteration / IterationsPerEpoch);
        double learningRate = LearningRateOf(epoch);
        input.Fill(data.Training, order.Batch(iteration));
        double loss = Learn(learningRate);

        Iteration = iteration + 1;
        bool endsEpoch = Iteration % IterationsPerEpoch == 0;
        EvaluationReport? evaluation = iteration == 0 || endsEpoch ? Evaluate(endsEpoch ? epoch + 1 : epoch) : null;
        return new IterationReport(Iteration, epoch + 1, loss, learningRate, evaluation);
    }

    private EvaluationReport Evaluate(int epoch)
    {
        double trainAccuracy = Evaluator.Accuracy(data.Training, TrainAccuracySample());
        double validationAccuracy = Evaluator.Accuracy(data.Validation, validationIndices);
        if (BestIteration == 0 || validationAccuracy > BestValidationAccuracy)
        {
            (BestIteration, BestValidationAccuracy) = (Iteration, validationAccuracy);
            Parameters.Span.CopyTo(BestParameters.Span);
        }

        return new EvaluationReport(epoch, trainAccuracy, validationAccuracy);
    }

    // The numbers have a purpose of their own: measuring never changes the training.
    private ReadOnlySpan<int> TrainAccuracySample()
    {
        int[] all = trainIndices;
        for (int i = 0; i < all.Length; i++) all[i] = i;
        if (all.Length <= TrainAccuracyImages) return all;
        var chance = new Chance((ulong)Spec.Seed, Purpose.TrainAccuracy, (ulong)Iteration);
        for (int i = 0; i < TrainAccuracyImages; i++)
        {
            int j = i + chance.Below(all.Length - i, (ulong)i);
            (all[i], all[j]) = (all[j], all[i]);
        }

        return all.AsSpan(0, TrainAccuracyImages);
    }

    private Model CreateModel(FloatBuffer parameters)
    {
        var copy = new FloatBuffer(parameters.Length);
        parameters.Span.CopyTo(copy.Span);
        return new Model(Network, data.Labels, data.Normalization, copy);
    }
}
