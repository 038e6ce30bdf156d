using CnnService.Training.Losses;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.LossCases;

internal sealed class SoftmaxCrossEntropyCase : LossCase
{
    public override Type Kind => typeof(SoftmaxCrossEntropy);

    public override LossSpec Recorded => new SoftmaxCrossEntropy { LabelSmoothing = 0.2, ClassWeights = ClassWeights.Balanced };

    public override string RecordedSha256 => "1803de60e7fa1401173951068f948cbb8bbe474fe3c731b116cd838395fbbfbe";

    public override LossSpec Draw(int number) => new SoftmaxCrossEntropy { LabelSmoothing = number / 22.0, ClassWeights = (ClassWeights)(number % 2) };

    public override SoftmaxLossResult<double> Reference(LossSpec loss, Tensor4<double> scores, int[] labels, int[] imagesPerClass)
    {
        var spec = (SoftmaxCrossEntropy)loss;
        double[] balanced = [.. imagesPerClass.Select(images => imagesPerClass.Sum() / ((double)imagesPerClass.Length * images))];
        return SoftmaxLoss.Forward(scores, labels, spec.LabelSmoothing, spec.ClassWeights == ClassWeights.Balanced ? balanced : null);
    }
}
