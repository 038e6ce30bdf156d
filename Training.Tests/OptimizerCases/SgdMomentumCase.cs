using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using SgdMomentum = CnnService.Training.Optimizers.SgdMomentum;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class SgdMomentumCase : OptimizerCase<SgdMomentum>
{
    public override string Defaults => """{"type":"sgd-momentum","learningRate":0.01,"momentum":0.9,"nesterov":false,"weightDecay":0,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new SgdMomentum { LearningRate = 0.02 };

    public override string RecordedSha256 => "6655f2b40d7d6614594fa86f127097c3b9e9f0ddae19622a6b88e18adefa8c61";

    public override IReadOnlyList<(OptimizerSpec Rule, double First, double Second)> ByHand =>
    [
        (new SgdMomentum { LearningRate = 0.5, Momentum = 0.5 }, 0, -1), // v = -1, then -0.5 - 0.5
        (new SgdMomentum { LearningRate = 0.5, Momentum = 0.5, Nesterov = true }, -0.5, -1.5), // 1 - 0.5 - 1, then -0.5 - 0.5 - 0.5
        (new SgdMomentum { LearningRate = 0.5, Momentum = 0.5, WeightDecay = 0.2 }, -0.1, -1.09), // 0.9 * 1 - 1, then 0.9 * -0.1 - 1
    ];

    public override OptimizerSpec Draw(int number) => new SgdMomentum
    {
        LearningRate = 0.01 + 0.1 * number,
        Momentum = number / 12.0,
        Nesterov = number % 2 == 1,
        WeightDecay = number % 3 / 10.0,
    };

    protected override ReferenceRule Reference(SgdMomentum rule, int length)
    {
        double[] velocity = new double[length];
        return new ReferenceRule(
            (w, dw, learningRate) => Training.Reference.SgdMomentum.Step(w, dw, velocity, new SgdMomentumSettings(learningRate, rule.Momentum, rule.Nesterov, rule.WeightDecay)),
            new Dictionary<string, double[]> { ["velocity"] = velocity });
    }
}
