using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Losses;

/// <summary>The mean over the batch of -log softmax(scores)[label].</summary>
[SpecName("softmax-cross-entropy")]
public sealed record SoftmaxCrossEntropy : LossSpec
{
    internal override double Forward(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, Span<float> gradient) =>
        SoftmaxLoss.Forward(scores, labels, gradient);
}
