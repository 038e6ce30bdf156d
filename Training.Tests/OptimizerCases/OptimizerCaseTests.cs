using CnnService.Training.Optimizers;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Golden;
using CnnService.Training.Tests.Layers;
using CsCheck;

namespace CnnService.Training.Tests.OptimizerCases;

/// <summary>What holds for every update rule.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class OptimizerCaseTests
{
    private const double Tolerance = 5e-5; // of the largest number, or of 1
    private const int Cases = 60, Steps = 5, Iterations = 13; // of 6 an epoch

    public static TheoryData<string> Kinds => [.. OptimizerCase.All.Select(found => found.Name)];

    [Fact]
    public void EveryRule_HasACase() => Assert.Equal(SpecJson.KindsOf(typeof(OptimizerSpec)).Keys, OptimizerCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TwoSteps_FromOne_AreWhatWasComputedByHand(string kind) => Assert.All(
        Case(kind).ByHand,
        computed =>
        {
            float[] w = [1];
            FloatBuffer[] states = [.. computed.Rule.StateNames.Select(_ => new FloatBuffer(1))];
            foreach ((int step, (float gradient, double expected)) in new[] { (2f, computed.First), (1f, computed.Second) }.Index())
            {
                var slice = new ParameterSlice(states, start: 0) { Kind = ParameterKind.Weight, Values = w, Gradients = [gradient] };
                computed.Rule.Update(slice, computed.Rule.LearningRate, step + 1);
                Assert.Equal(expected, w[0], 1e-6);
            }
        });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fast_AnyNumberOfParameters_MatchesReference(string kind) =>
        Gen.Select(Gen.Int[0, OptimizerCase.LastNumber], Gen.Int[1, 70], Gen.Int[1, 1_000_000], Gen.Double[0, 0.1]).Sample(
            drawn =>
            {
                (int number, int length, int seed, double regularization) = drawn;
                OptimizerSpec rule = Case(kind).Draw(number);
                ReferenceRule reference = Case(kind).Reference(rule, length);
                float[] w = RandomTensors.Vector(seed, length);
                FloatBuffer[] states = [.. rule.StateNames.Select(_ => new FloatBuffer(length))];
                double[] expected = w.Widen();
                for (int step = 1; step <= Steps; step++)
                {
                    float[] dw = RandomTensors.Vector(seed + step, length);
                    double learningRate = rule.LearningRate / step, squares = expected.Sum(value => value * value);
                    reference.Step(expected, [.. dw.Zip(expected, (d, value) => d + regularization * value)], learningRate);

                    double sum = rule.Update(
                        new ParameterSlice(states, start: 0) { Kind = ParameterKind.Weight, Values = w, Gradients = dw, Regularization = (float)regularization },
                        learningRate,
                        step);

                    MustMatch([squares], [(float)sum]);
                    MustMatch(expected, w);
                    foreach ((string name, FloatBuffer state) in rule.StateNames.Zip(states)) MustMatch(reference.States[name], state.Span.ToArray());
                }
            },
            iter: Cases, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_TypeAlone_GivesTheDocumentedDefaults(string kind) =>
        Assert.Equal(Case(kind).Defaults, SpecJson.Write(SpecJson.Read<OptimizerSpec>($$"""{"type":"{{kind}}"}""")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_AnyRule_SurvivesTheRoundTrip(string kind) => Assert.All(
        Enumerable.Range(0, OptimizerCase.LastNumber + 1).Select(Case(kind).Draw),
        rule => Assert.Equal(rule, SpecJson.Read<OptimizerSpec>(SpecJson.Write(rule))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_OnAnyThreadsOrCaptured_HasTheRecordedBits(string kind) =>
        RecordedBits.MustBe(Case(kind).RecordedSha256, SmallRuns.Spec with { Optimizer = Case(kind).Recorded }, Iterations);

    private static OptimizerCase Case(string kind) => OptimizerCase.All.Single(found => found.Name == kind);

    private static void MustMatch(double[] expected, float[] actual)
    {
        double bound = Tolerance * Math.Max(1, expected.Max(Math.Abs));
        Assert.Null(GoldenComparison.Difference(GoldenTensor.From(expected), GoldenTensor.From(actual), bound, isZero: true));
    }
}
