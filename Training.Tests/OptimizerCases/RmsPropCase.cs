using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using RmsProp = CnnService.Training.Optimizers.RmsProp;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class RmsPropCase : OptimizerCase<RmsProp>
{
    public override string Defaults => """{"type":"rmsprop","learningRate":0.01,"decayRate":0.99,"epsilon":1E-08,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new RmsProp { LearningRate = 0.002 };

    public override string RecordedSha256 => "410df26d99635b56fb8f8e494015435620a800cf10e8aa58789fc8e654c9f4a3";

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
