using CnnService.Training.Losses;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.LossCases;

internal sealed class SoftmaxCrossEntropyCase : LossCase
{
    public override Type Kind => typeof(SoftmaxCrossEntropy);

    public override LossSpec Recorded => new SoftmaxCrossEntropy { LabelSmoothing = 0.2, ClassWeights = ClassWeights.Balanced };

    public override string RecordedSha256 => "9ca514ed5747162a09111c0c10244ac12308afcd518756af1b3bdaf2ca7cac86";

    public override LossSpec Draw(int number) => new SoftmaxCrossEntropy { LabelSmoothing = number / 22.0, ClassWeights = (ClassWeights)(number % 2) };

    public override SoftmaxLossResult<double> Reference(LossSpec loss, Tensor4<double> scores, int[] labels, int[] imagesPerClass)
    {
        var spec = (SoftmaxCrossEntropy)loss;
        double[] balanced = [.. imagesPerClass.Select(images => imagesPerClass.Sum() / ((double)imagesPerClass.Length * images))];
        return SoftmaxLoss.Forward(scores, labels, spec.LabelSmoothing, spec.ClassWeights == ClassWeights.Balanced ? balanced : null);
    }
}
