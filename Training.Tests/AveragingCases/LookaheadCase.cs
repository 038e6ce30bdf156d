using CnnService.Training.Averages;

namespace CnnService.Training.Tests.AveragingCases;

internal sealed class LookaheadCase : AveragingCase
{
    public override Type Kind => typeof(Lookahead);

    public override string Defaults => """{"type":"lookahead","every":5,"decay":0.95}""";

    // 0.95^5 = 0.7737809375, times (1/2)^3 and 1
    public override double[] ByHand => [1, 1, 1, 1, 0.0967226171875, 1, 1, 1, 1, 0.7737809375];

    public override AveragingSpec Recorded => new Lookahead { Every = 2, Decay = 0.9 };

    public override string RecordedSha256 => "ee6be627e4301fa0f6cb55defff0cf2e2fefd7adeed90d9f5863accfd41d4feb";

    public override AveragingSpec Draw(int number) => new Lookahead { Every = 1 + number % 4, Decay = 0.09 * number };

    public override (double Average, double Parameter) Reference(AveragingSpec spec, double average, double parameter, double n, double T)
    {
        var lookahead = (Lookahead)spec;
        if (n % lookahead.Every != 0) return (average, parameter);
        double k = Math.Pow(lookahead.Decay, lookahead.Every) * Math.Pow(n / T, 3), slow = k * average + (1 - k) * parameter;
        return (slow, slow);
    }
}
