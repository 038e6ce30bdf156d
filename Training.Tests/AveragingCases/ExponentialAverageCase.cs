using CnnService.Training.Averages;

namespace CnnService.Training.Tests.AveragingCases;

internal sealed class ExponentialAverageCase : AveragingCase
{
    public override Type Kind => typeof(ExponentialAverage);

    public override string Defaults => """{"type":"exponential","decay":0.999}""";

    // (1 + n) / (10 + n)
    public override double[] ByHand => [2.0 / 11, 3.0 / 12, 4.0 / 13, 5.0 / 14, 6.0 / 15, 7.0 / 16, 8.0 / 17, 9.0 / 18, 10.0 / 19, 11.0 / 20];

    public override AveragingSpec Recorded => new ExponentialAverage { Decay = 0.6 };

    public override string RecordedSha256 => "8e48367e8d70469b0aa368e02dea18576dd01080169366610e82047a2fc48050";

    public override AveragingSpec Draw(int number) => new ExponentialAverage { Decay = 0.09 * number };

    public override (double Average, double Parameter) Reference(AveragingSpec spec, double average, double parameter, double n, double T)
    {
        double k = Math.Min(((ExponentialAverage)spec).Decay, (1 + n) / (10 + n));
        return (k * average + (1 - k) * parameter, parameter);
    }
}
