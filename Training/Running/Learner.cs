using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Losses;
using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>A network, its loss and its update rule bound to threads: one step on a batch, and the accuracy on any images.</summary>
internal sealed class Learner : IDisposable
{
    private readonly Team team;
    private readonly BoundNetwork bound;
    private readonly Loss loss;
    private readonly DropoutNoise noise;
    private readonly FloatBuffer scoresGradient;
    private readonly BatchInput input;
    private readonly int classes;
    private readonly double regularization;

    /// <summary>Binds them, with fresh parameters.</summary>
    /// <param name="spec">The loss, the update rule and the seed.</param>
    /// <param name="network">The network's structure.</param>
    /// <param name="imagesPerClass">How many images of each class there are to learn from.</param>
    /// <param name="capacity">The most images of a batch.</param>
    /// <param name="threads">Threads that share the work; 0 means all processors.</param>
    public Learner(TrainingSpec spec, Network network, IReadOnlyList<int> imagesPerClass, int capacity, int threads)
    {
        (loss, classes, regularization) = (spec.Loss.Bind(imagesPerClass), network.Classes, spec.Regularization);
        team = new Team(threads == 0 ? Environment.ProcessorCount : threads);
        noise = new DropoutNoise((ulong)spec.Seed);
        scoresGradient = new FloatBuffer(capacity * classes);
        Parameters = network.Initialize((ulong)spec.Seed);
        Optimizer = new Optimizer(spec.Optimizer, network.Layout, Parameters, regularization, spec.GradientClipping);
        bound = network.Bind(Parameters, Optimizer, capacity, team);
        input = new BatchInput(bound, team, spec.Augmentations, (ulong)spec.Seed);
    }

    /// <summary>The parameters, running statistics included.</summary>
    public FloatBuffer Parameters { get; }

    /// <summary>The update rule at work.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Puts a batch to learn from in place.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="batch">The indices of the batch.</param>
    /// <param name="epoch">Epochs before this one.</param>
    public void Load(LabelledImages images, ReadOnlySpan<int> batch, int epoch) => input.Fill(images, batch, epoch);

    /// <summary>One update from the batch that is in place; returns its loss before the update, L2 term included.</summary>
    /// <param name="learningRate">The step size.</param>
    /// <param name="iteration">Iterations before this one.</param>
    public double Learn(double learningRate, long iteration)
    {
        noise.Iteration = iteration;
        var pass = new Pass(input.Count, noise);
        bound.Forward(pass);
        int scores = input.Count * classes;
        double mean = loss(bound.Scores.Slice(0, scores), input.Labels, scoresGradient.Slice(0, scores));
        Optimizer.Begin(learningRate, iteration + 1);
        bound.Backward(scoresGradient, pass);
        Optimizer.Finish();
        return mean + 0.5 * regularization * Optimizer.SquaredWeights;
    }

    /// <summary>The share of the given images whose highest score is their label's; takes the place of the batch.</summary>
    public double Accuracy(LabelledImages images, ReadOnlySpan<int> indices)
    {
        int right = 0;
        for (int first = 0; first < indices.Length; first += bound.Capacity)
        {
            input.Fill(images, indices.Slice(first, Math.Min(bound.Capacity, indices.Length - first)), epoch: null);
            bound.Forward(new Pass(input.Count));
            for (int n = 0; n < input.Count; n++)
                if (Predictor.ClassOf(bound.Scores.Slice(n * classes, classes)) == input.Labels[n]) right++;
        }

        return (double)right / indices.Length;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => team.Dispose();
}
