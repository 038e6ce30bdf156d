using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using Adam = CnnService.Training.Optimizers.Adam;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class AdamCase : OptimizerCase<Adam>
{
    public override string Defaults => """{"type":"adam","learningRate":0.001,"beta1":0.9,"beta2":0.999,"epsilon":1E-08,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new Adam { LearningRate = 0.005 };

    public override string RecordedSha256 => "014bf15fcd02466c0ec5bec28b89f0a7812ff77b7747e969e31ecdc9bba596f8";

    // m = v = 1 both times, so the steps are 0.5 * 2 / 2 and 0.5 * (1 / 0.75) / sqrt(1 / 0.4375)
    public override IReadOnlyList<(OptimizerSpec Rule, double First, double Second)> ByHand => [(new Adam { LearningRate = 0.5, Beta1 = 0.5, Beta2 = 0.75 }, 0.5, 0.5 - 0.440958552)];

    public override OptimizerSpec Draw(int number) => new Adam { LearningRate = 0.01 + 0.01 * number, Beta1 = number / 12.0, Beta2 = 0.9 + number / 120.0, Epsilon = 1e-6 };

    protected override ReferenceRule Reference(Adam rule, int length)
    {
        var state = new AdamState<double>(new double[length], new double[length]);
        return new ReferenceRule(
            (w, dw, learningRate) => Training.Reference.Adam.Step(w, dw, state, new AdamSettings(learningRate, rule.Beta1, rule.Beta2, rule.Epsilon)),
            new Dictionary<string, double[]> { ["m"] = state.M, ["v"] = state.V });
    }
}
