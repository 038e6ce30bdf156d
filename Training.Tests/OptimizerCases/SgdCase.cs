using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using Sgd = CnnService.Training.Optimizers.Sgd;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class SgdCase : OptimizerCase<Sgd>
{
    public override string Defaults => """{"type":"sgd","learningRate":0.01,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new Sgd { LearningRate = 0.05 };

    public override string RecordedSha256 => "21b505db5356fcc2b4847cfe0885eb2ed33d49b6229e27dbe87d39f86fcb85fa";

    public override IReadOnlyList<(OptimizerSpec Rule, double First, double Second)> ByHand => [(new Sgd { LearningRate = 0.5 }, 0, -0.5)];

    public override OptimizerSpec Draw(int number) => new Sgd { LearningRate = 0.01 + 0.1 * number };

    protected override ReferenceRule Reference(Sgd rule, int length) =>
        new((w, dw, learningRate) => Training.Reference.Sgd.Step(w, dw, new SgdSettings(learningRate)), new Dictionary<string, double[]>());
}
