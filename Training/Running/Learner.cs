using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Losses;
using CnnService.Training.Optimizers;
using CnnService.Training.Schedules;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>A network, its loss and its update rule bound to threads: one step on a batch, and what the parameters are worth on any images.</summary>
internal sealed class Learner : IDisposable
{
    private readonly Team team;
    private readonly BoundNetwork bound;
    private readonly Loss loss;
    private readonly DropoutNoise noise;
    private readonly FloatBuffer scoresGradient, meanScores;
    private readonly View[] views;
    private readonly BatchInput input;
    private readonly int classes;
    private readonly double regularization;
    private readonly TrainingData data;
    private readonly TrainSample trainSample;
    private readonly int[] validation;

    /// <summary>Binds them, with fresh parameters.</summary>
    /// <param name="spec">How to learn.</param>
    /// <param name="network">The network's structure.</param>
    /// <param name="data">The images to learn from, and to validate with.</param>
    /// <param name="start">The model that parameters of equal path and shape are taken from.</param>
    /// <param name="capacity">The most images of a batch.</param>
    /// <param name="threads">Threads that share the work; 0 means all processors.</param>
    public Learner(TrainingSpec spec, Network network, TrainingData data, Model? start, int capacity, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 1024);
        this.data = data;
        trainSample = new TrainSample((ulong)spec.Seed, data.Training.Count);
        validation = [.. Enumerable.Range(0, data.Validation.Count)];
        (loss, classes, regularization) = (spec.Loss.Bind(data.ImagesPerClass()), network.Classes, spec.Regularization);
        team = new Team(threads == 0 ? Environment.ProcessorCount : threads);
        noise = new DropoutNoise((ulong)spec.Seed);
        (scoresGradient, meanScores) = (new FloatBuffer(capacity * classes), new FloatBuffer(capacity * classes));
        views = View.Of(spec.TestTimeAugmentation);
        Parameters = network.Initialize((ulong)spec.Seed);
        Whitening.Apply(network, Parameters, data.Training);
        if (start is not null) network.Take(Parameters, start);
        Optimizer = new Optimizer(spec.Optimizer, network.Layout, Parameters, regularization, spec.GradientClipping);
        if (spec.Averaging is not null) Average = new ParameterAverage(spec.Averaging, Parameters, team);
        bound = network.Bind(Parameters, Optimizer, capacity, team);
        input = new BatchInput(bound, team, spec.Augmentations, (ulong)spec.Seed);
    }

    /// <summary>The parameters, running statistics included.</summary>
    public FloatBuffer Parameters { get; }

    /// <summary>The update rule at work.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The average of the parameters, if there is one.</summary>
    public ParameterAverage? Average { get; }

    /// <summary>Puts a batch to learn from in place.</summary>
    /// <param name="batch">The indices of the batch.</param>
    /// <param name="epoch">Epochs before this one.</param>
    public void Load(ReadOnlySpan<int> batch, int epoch) => input.Fill(data.Training, batch, epoch);

    /// <summary>One update from the batch that is in place; returns its loss before the update, L2 term included.</summary>
    /// <param name="learningRate">The step size.</param>
    /// <param name="at">The iteration.</param>
    public double Learn(double learningRate, Position at)
    {
        noise.Iteration = at.Iteration;
        var pass = new Pass(input.Count, noise);
        bound.Forward(pass);
        int scores = input.Count * classes;
        double mean = loss(bound.Scores.Slice(0, scores), input.Labels, scoresGradient.Slice(0, scores));
        Optimizer.Begin(learningRate, at.Iteration + 1);
        bound.Backward(scoresGradient, pass);
        Optimizer.Finish();
        Average?.After(at.Iteration + 1, at.Total);
        return mean + 0.5 * regularization * Optimizer.SquaredWeights;
    }

    /// <summary>What the parameters, or their average, are worth on a sample of the training images, and on all validation images.</summary>
    /// <param name="iteration">Iterations done, which draw the sample.</param>
    public (Measurement Train, Measurement Validation) Evaluate(long iteration) =>
        (Measure(data.Training, trainSample.After(iteration)), Measure(data.Validation, validation));

    /// <summary>What the parameters, or their average, are worth on the given training images.</summary>
    public Measurement MeasureTraining(ReadOnlySpan<int> indices) => Measure(data.Training, indices);

    /// <summary>What the parameters, or their average, are worth on the given images; these take the place of the batch.</summary>
    public Measurement Measure(LabelledImages images, ReadOnlySpan<int> indices) => Measure(images, indices, Average?.Values ?? Parameters);

    /// <summary>What some parameters are worth on the given images; these take the place of the batch.</summary>
    public Measurement Measure(LabelledImages images, ReadOnlySpan<int> indices, FloatBuffer parameters)
    {
        var measured = new Measurement(classes);
        Exchange(parameters);
        for (int first = 0; first < indices.Length; first += bound.Capacity)
        {
            ReadOnlySpan<float> scores = Score(images, indices.Slice(first, Math.Min(bound.Capacity, indices.Length - first)));
            for (int n = 0; n < input.Count; n++) measured.Add(scores.Slice(n * classes, classes), input.Labels[n]);
        }

        Exchange(parameters);
        return measured;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => team.Dispose();

    // Puts other parameters in the place of those that the network is bound to; the second time all is as before.
    private void Exchange(FloatBuffer others)
    {
        if (others == Parameters) return;
        Span<float> a = Parameters.Span, b = others.Span;
        for (int i = 0; i < a.Length; i++) (a[i], b[i]) = (b[i], a[i]);
    }

    private ReadOnlySpan<float> Score(LabelledImages images, ReadOnlySpan<int> batch)
    {
        Span<float> mean = meanScores.Slice(0, batch.Length * classes);
        for (int v = 0; v < views.Length; v++)
        {
            input.Fill(images, batch, views[v]);
            bound.Forward(new Pass(input.Count));
            views[v].AddTo(mean, bound.Scores.Slice(0, mean.Length), isFirst: v == 0);
        }

        return mean;
    }
}
