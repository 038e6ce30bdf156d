using CnnService.Training.Losses;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.LossCases;

internal sealed class SoftmaxCrossEntropyCase : LossCase
{
    public override Type Kind => typeof(SoftmaxCrossEntropy);

    public override LossSpec Recorded => new SoftmaxCrossEntropy { LabelSmoothing = 0.2, ClassWeights = ClassWeights.Balanced };

    public override string RecordedSha256 => "e2a0e2925b19dff0fc95b53dc4e23939790f53ddaff29191619ff67f9d3344ea";

    public override LossSpec Draw(int number) => new SoftmaxCrossEntropy { LabelSmoothing = number / 22.0, ClassWeights = (ClassWeights)(number % 2) };

    public override SoftmaxLossResult<double> Reference(LossSpec loss, Tensor4<double> scores, int[] labels, int[] imagesPerClass)
    {
        var spec = (SoftmaxCrossEntropy)loss;
        double[] balanced = [.. imagesPerClass.Select(images => imagesPerClass.Sum() / ((double)imagesPerClass.Length * images))];
        return SoftmaxLoss.Forward(scores, labels, spec.LabelSmoothing, spec.ClassWeights == ClassWeights.Balanced ? balanced : null);
    }
}
