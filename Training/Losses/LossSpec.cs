namespace CnnService.Training.Losses;

/// <summary>What training makes small: a number for the scores of a batch, with its gradient. One file per loss.</summary>
public abstract record LossSpec
{
    /// <summary>The loss for a training part.</summary>
    /// <param name="imagesPerClass">How many images of each class there are to learn from.</param>
    internal abstract Loss Bind(IReadOnlyList<int> imagesPerClass);
}

/// <summary>The mean loss over a batch.</summary>
/// <param name="scores">(N, classes).</param>
/// <param name="labels">The class of each image, (N).</param>
/// <param name="gradient">Receives the gradient of the scores, (N, classes).</param>
internal delegate double Loss(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, Span<float> gradient);
