using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using Sgd = CnnService.Training.Optimizers.Sgd;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class SgdCase : OptimizerCase<Sgd>
{
    public override string Defaults => """{"type":"sgd","learningRate":0.01,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new Sgd { LearningRate = 0.05 };

    public override string RecordedSha256 => "609fa03bc4343d16e44567afa9974764b9b0647da21413dd578ca5a425ae4d4e";

    public override OptimizerSpec Draw(int number) => new Sgd { LearningRate = 0.01 + 0.1 * number };

    protected override ReferenceRule Reference(Sgd rule, int length) =>
        new((w, dw, learningRate) => Training.Reference.Sgd.Step(w, dw, new SgdSettings(learningRate)), new Dictionary<string, double[]>());
}
