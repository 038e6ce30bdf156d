using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using RmsProp = CnnService.Training.Optimizers.RmsProp;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class RmsPropCase : OptimizerCase<RmsProp>
{
    public override string Defaults => """{"type":"rmsprop","learningRate":0.01,"decayRate":0.99,"epsilon":1E-08,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new RmsProp { LearningRate = 0.002 };

    public override string RecordedSha256 => "2dd20eb215bfe89135f721da06637cd88f34218c7c00790a72dbaa62e575ccd8";

    // c = 1 both times
    public override IReadOnlyList<(OptimizerSpec Rule, double First, double Second)> ByHand => [(new RmsProp { LearningRate = 0.5, DecayRate = 0.75 }, 0, -0.5)];

    public override OptimizerSpec Draw(int number) => new RmsProp { LearningRate = 0.01 + 0.01 * number, DecayRate = number / 12.0, Epsilon = 1e-6 };

    protected override ReferenceRule Reference(RmsProp rule, int length)
    {
        double[] cache = new double[length];
        return new ReferenceRule(
            (w, dw, learningRate) => Training.Reference.RmsProp.Step(w, dw, cache, new RmsPropSettings(learningRate, rule.DecayRate, rule.Epsilon)),
            new Dictionary<string, double[]> { ["cache"] = cache });
    }
}
