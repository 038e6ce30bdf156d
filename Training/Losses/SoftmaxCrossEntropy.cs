using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Losses;

/// <summary>How much the images of each class count.</summary>
public enum ClassWeights
{
    /// <summary>Each image counts the same.</summary>
    None,

    /// <summary>Each class counts the same: an image has the weight n / (classes * n of its class), with n training images.</summary>
    Balanced,
}

/// <summary>
/// The mean over the batch of weight[label] * -(sum over classes k of t[k] * log softmax(scores)[k]), where the target t is 1 - labelSmoothing for the label
/// and labelSmoothing / classes more for every class, the label included (Szegedy et al. 2016).
/// </summary>
[SpecName("softmax-cross-entropy")]
public sealed record SoftmaxCrossEntropy : LossSpec
{
    /// <summary>The share of the target that is spread over all classes, 0 to 0.5, default 0.</summary>
    [Range(0.0, 0.5)]
    public double LabelSmoothing { get; init; }

    /// <summary>How much the images of each class count, default none: all the same.</summary>
    public ClassWeights ClassWeights { get; init; }

    internal override Loss Bind(IReadOnlyList<int> imagesPerClass)
    {
        double[] weights = ClassWeights == ClassWeights.None ? [] : Balanced(imagesPerClass);
        return (scores, labels, gradient) => SoftmaxLoss.Forward(scores, labels, gradient, LabelSmoothing, weights);
    }

    // A class without training images has none that could count.
    private static double[] Balanced(IReadOnlyList<int> imagesPerClass)
    {
        double all = imagesPerClass.Sum();
        return [.. imagesPerClass.Select(images => images == 0 ? 0 : all / ((double)imagesPerClass.Count * images))];
    }
}
