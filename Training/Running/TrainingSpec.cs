using System.ComponentModel.DataAnnotations;
using CnnService.Training.Augmentations;
using CnnService.Training.Averages;
using CnnService.Training.Datasets;
using CnnService.Training.Losses;
using CnnService.Training.Optimizers;
using CnnService.Training.Schedules;
using CnnService.Training.Stopping;

namespace CnnService.Training.Running;

/// <summary>Everything that decides a training run but its dataset. Two runs of equal spec and dataset have equal bits.</summary>
public record TrainingSpec
{
    private const double LargestSeed = 9007199254740991;

    /// <summary>Where all random numbers come from, 0 to 2^53 - 1 (whole numbers that every JSON reader keeps exactly), default 1.</summary>
    [Range(0, LargestSeed)]
    public long Seed { get; init; } = 1;

    /// <summary>The network, default the three-layer net.</summary>
    public ModelSpec Model { get; init; } = new ThreeLayerConvNet();

    /// <summary>The update rule, default Adam.</summary>
    public OptimizerSpec Optimizer { get; init; } = new Adam();

    /// <summary>0.5 * regularization * sum of squared weights joins the loss, 0 to 10, default 0.001; biases and normalisation are free.</summary>
    [Range(0.0, 10.0)]
    public double Regularization { get; init; } = 0.001;

    /// <summary>What the learning rate is multiplied with after each epoch, above 0 to 1, default 0.95.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRateDecay { get; init; } = 0.95;

    /// <summary>How the learning rate changes in the course of the run, default exponential decay.</summary>
    public ScheduleSpec Schedule { get; init; } = new ExponentialDecay();

    /// <summary>What is made small, default the cross-entropy of the softmax.</summary>
    public LossSpec Loss { get; init; } = new SoftmaxCrossEntropy();

    /// <summary>What is done to training images each time they are seen, in this order, default nothing; at most 20.</summary>
    [MaxLength(20)]
    public IReadOnlyList<AugmentationSpec> Augmentations { get; init; } = [];

    /// <summary>The longest gradient; left out, gradients are as long as they are.</summary>
    public GradientClipping? GradientClipping { get; init; }

    /// <summary>The average of the parameters that is evaluated and becomes the model; left out, they are so themselves.</summary>
    public AveragingSpec? Averaging { get; init; }

    /// <summary>When the run ends before its last epoch; left out, it does not.</summary>
    public StoppingSpec? Stopping { get; init; }

    /// <summary>What pictures are seen as where they are evaluated and predicted, default none: as they are.</summary>
    public TestTimeAugmentation TestTimeAugmentation { get; init; }

    /// <summary>Epochs, 1 to 10,000, default 10 as in the numpy system.</summary>
    [Range(1, 10000)]
    public int Epochs { get; init; } = 10;

    /// <summary>Images per iteration, 1 to 10,000, default 100 as in the numpy system; at most the training images.</summary>
    [Range(1, 10000)]
    public int BatchSize { get; init; } = 100;

    /// <summary>How batches are drawn, default shuffle.</summary>
    public Sampling Sampling { get; init; }

    /// <summary>The share of the training part that is held out for validation, 0.01 to 0.5, default 0.1; stratified, by seed.</summary>
    [Range(0.01, 0.5)]
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>The schedule with what it takes from the other fields.</summary>
    internal ScheduleSpec BoundSchedule => Schedule is ExponentialDecay decay ? decay with { Factor = LearningRateDecay } : Schedule;

    /// <summary>Whether a run ends before its last epoch: after an epoch, by what was measured after each so far.</summary>
    internal bool StopsEarly(long iteration, int iterationsPerEpoch, TrainingHistory history)
    {
        (long epochs, long rest) = Math.DivRem(iteration, iterationsPerEpoch);
        if (Stopping is null || epochs == 0 || rest > 0 || epochs == Epochs) return false;
        (double[] accuracies, double[] losses) = history.AfterEpochs((int)epochs);
        return Stopping.IsOver(accuracies, losses);
    }

    /// <summary>Images that are left for training when the validation part is split off a training part with that many images per class.</summary>
    public int TrainingImages(IEnumerable<int> imagesPerClass) => Split.TrainingImages(imagesPerClass, ValidationFraction);

    /// <summary>
    /// Iterations of an epoch: ceil(training images / batch size). With <see cref="Sampling.Shuffle"/> a last batch that is smaller than the network
    /// learns from (of one image, where it has batch normalisation of vectors) is left out, other images in each epoch.
    /// </summary>
    public int IterationsPerEpoch(Network network, int trainingImages)
    {
        (int whole, int rest) = Math.DivRem(trainingImages, BatchSize);
        bool isTrained = rest > 0 && (Sampling == Sampling.Replacement || rest >= network.SmallestBatch);
        return isTrained ? whole + 1 : whole;
    }
}

/// <summary>How batches are drawn.</summary>
public enum Sampling
{
    /// <summary>
    /// Each image once an epoch, in a new order each epoch. The last batch of an epoch may be smaller; one from which the network learns nothing is
    /// left out (see <see cref="TrainingSpec.IterationsPerEpoch"/>).
    /// </summary>
    Shuffle,

    /// <summary>Each image of a batch independently of all others, as the numpy system draws.</summary>
    Replacement,
}
