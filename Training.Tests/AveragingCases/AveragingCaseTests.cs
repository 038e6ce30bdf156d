using CnnService.Training.Averages;
using CnnService.Training.Kernels;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CsCheck;

namespace CnnService.Training.Tests.AveragingCases;

/// <summary>What holds for every average.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class AveragingCaseTests
{
    private const int Iterations = 13; // of 6 an epoch

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. AveragingCase.All.Select(found => found.Name)];

    [Fact]
    public void EveryAverage_HasACase() => Assert.Equal(SpecJson.KindsOf(typeof(AveragingSpec)).Keys, AveragingCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kept_OfADefaultAverage_IsWhatWasComputedByHand(string kind)
    {
        AveragingSpec spec = SpecJson.Read<AveragingSpec>(Case(kind).Defaults);
        double[] kept = [.. Enumerable.Range(1, 10).Select(n => spec.Kept(n, 10) ?? 1)];
        Assert.All(kept.Zip(Case(kind).ByHand), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Average_OfAnyParameters_IsItsFormula(string kind) =>
        Gen.Select(Gen.Int[0, AveragingCase.LastNumber], Gen.Int[1, 40_000], Gen.Int[1, 3], Gen.ULong).Sample(
            drawn =>
            {
                (int number, int length, int threads, ulong seed) = drawn;
                AveragingSpec spec = Case(kind).Draw(number);
                const int total = 9;
                var parameters = new FloatBuffer(length);
                var random = new Chance(seed, Purpose.Weights, 0);
                random.FillUniform(parameters.Span);
                using var team = new Team(threads);
                var average = new ParameterAverage(spec, parameters, team);
                double[] expected = [.. parameters.Span.ToArray().Select(value => (double)value)], w = [.. expected];
                for (int n = 1; n <= total; n++)
                {
                    float step = (float)random.Uniform((ulong)(1000 + n));
                    for (int i = 0; i < length; i++) (parameters.Span[i], w[i]) = (parameters.Span[i] + step, w[i] + step);
                    average.After(n, total);
                    for (int i = 0; i < length; i++) (expected[i], w[i]) = Case(kind).Reference(spec, expected[i], w[i], n, total);
                    Assert.All(average.Values.Span.ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
                    Assert.All(parameters.Span.ToArray().Zip(w), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
                }
            },
            iter: 12, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_WithAnAverage_EvaluatesItAndMakesItTheModel(string kind)
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Averaging = Case(kind).Recorded, Epochs = 2 }, threads: 2);
        EvaluationReport last = trainer.Run(Cancel).Select(report => report.Evaluation).Last()!;

        Model model = trainer.LastModel();

        Assert.Equal(trainer.Learner.Average!.Values.Span.ToArray(), model.Parameters.Span.ToArray());
        using Trainer other = SmallRuns.Create(SmallRuns.Spec with { Epochs = 2 });
        model.Parameters.Span.CopyTo(other.Learner.Parameters.Span);
        (Measurement _, Measurement validation) = other.Learner.Evaluate(trainer.Iteration);
        Assert.Equal((validation.Accuracy, validation.Loss), (last.ValidationAccuracy, last.ValidationLoss));
        if (trainer.BestIteration == trainer.Iteration) Assert.Equal(model.ToArray(), trainer.BestModel().ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_OfADefaultAverage_IsWhatIsDocumented(string kind) =>
        Assert.Equal(Case(kind).Defaults, SpecJson.Write(SpecJson.Read<AveragingSpec>($$"""{"type":"{{kind}}"}""")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_AnyAverage_SurvivesTheRoundTrip(string kind) => Assert.All(
        Enumerable.Range(0, AveragingCase.LastNumber + 1).Select(Case(kind).Draw),
        spec => Assert.Equal(SpecJson.Write(spec), SpecJson.Write(SpecJson.Read<AveragingSpec>(SpecJson.Write(spec)))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_OnAnyThreadsOrCaptured_HasTheRecordedBits(string kind)
    {
        TrainingSpec spec = SmallRuns.Spec with { Averaging = Case(kind).Recorded };
        RecordedBits.MustBe(Case(kind).RecordedSha256, spec, Iterations);
    }

    private static AveragingCase Case(string kind) => AveragingCase.All.Single(found => found.Name == kind);
}
