using CnnService.Training.Optimizers;
using CnnService.Training.Reference;
using Adam = CnnService.Training.Reference.Adam;

namespace CnnService.Training.Tests.OptimizerCases;

internal sealed class AdamWCase : OptimizerCase<AdamW>
{
    public override string Defaults => """{"type":"adamw","learningRate":0.001,"beta1":0.9,"beta2":0.999,"epsilon":1E-08,"weightDecay":0.01,"shiftFactor":1}""";

    public override OptimizerSpec Recorded => new AdamW { LearningRate = 0.005, WeightDecay = 0.5, ShiftFactor = 2 };

    public override string RecordedSha256 => "3e1a0b2da853424930f899a62520934814de5689a5d7cc456915a62fce09da8f";

    // Adam's steps from 0.9 * w
    public override IReadOnlyList<(OptimizerSpec Rule, double First, double Second)> ByHand => [(new AdamW { LearningRate = 0.5, Beta1 = 0.5, Beta2 = 0.75, WeightDecay = 0.2 }, 0.4, 0.36 - 0.440958552)];

    public override OptimizerSpec Draw(int number) =>
        new AdamW { LearningRate = 0.01 + 0.01 * number, Beta1 = number / 12.0, Beta2 = 0.9 + number / 120.0, Epsilon = 1e-6, WeightDecay = number / 10.0 };

    protected override ReferenceRule Reference(AdamW rule, int length)
    {
        var state = new AdamState<double>(new double[length], new double[length]);
        return new ReferenceRule(
            (w, dw, learningRate) =>
            {
                for (int i = 0; i < w.Length; i++) w[i] *= 1 - learningRate * rule.WeightDecay;
                Adam.Step(w, dw, state, new AdamSettings(learningRate, rule.Beta1, rule.Beta2, rule.Epsilon));
            },
            new Dictionary<string, double[]> { ["m"] = state.M, ["v"] = state.V });
    }
}
