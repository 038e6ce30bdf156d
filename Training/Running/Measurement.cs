using CnnService.Training.Kernels;

namespace CnnService.Training.Running;

/// <summary>What the scores of images are worth, counted image by image.</summary>
/// <param name="classes">The number of classes.</param>
internal sealed class Measurement(int classes)
{
    private readonly int[] images = new int[classes], right = new int[classes];
    private double losses;

    /// <summary>The share of images whose highest score is their label's.</summary>
    public double Accuracy => (double)right.Sum() / images.Sum();

    /// <summary>The mean over the images of -log softmax(scores)[label]: without smoothing, weights of classes and L2 term.</summary>
    public double Loss => losses / images.Sum();

    /// <summary>The accuracy on the images of each class; null for a class without images.</summary>
    public double?[] PerClass => [.. right.Zip(images, (hits, all) => all == 0 ? null : (double?)hits / all)];

    /// <summary>Counts an image.</summary>
    public void Add(ReadOnlySpan<float> scores, int label)
    {
        images[label]++;
        if (Predictor.ClassOf(scores) == label) right[label]++;
        losses += SoftmaxLoss.Of(scores, label);
    }
}
