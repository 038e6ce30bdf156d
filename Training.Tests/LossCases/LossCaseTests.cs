using CnnService.Training.Losses;
using CnnService.Training.Reference;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tests.Layers;
using CnnService.Training.Tests.Reference;
using CsCheck;

namespace CnnService.Training.Tests.LossCases;

/// <summary>What holds for every loss.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class LossCaseTests
{
    private const int Iterations = 13; // of 6 an epoch

    public static TheoryData<string> Kinds => [.. LossCase.All.Select(found => found.Name)];

    [Fact]
    public void EveryLoss_HasACase() => Assert.Equal(SpecJson.KindsOf(typeof(LossSpec)).Keys, LossCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fast_AnyBatch_MatchesReference(string kind) => Batches.Sample(
        batch =>
        {
            (LossSpec loss, Tensor4<float> scores, int[] labels, int[] imagesPerClass) = Drawn(kind, batch);
            SoftmaxLossResult<double> expected = Case(kind).Reference(loss, scores.Widen(), labels, imagesPerClass);
            float[] gradient = new float[scores.Data.Length];

            Assert.Equal(expected.Loss, loss.Bind(imagesPerClass)(scores.Data, labels, gradient), 1e-9 * Math.Max(1, expected.Loss));
            Assert.All(gradient.Zip(expected.Dx.Data), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
        },
        iter: 100, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reference_AnyBatch_DxIsItsDerivative(string kind) => Batches.Sample(
        batch =>
        {
            (LossSpec loss, Tensor4<float> drawn, int[] labels, int[] imagesPerClass) = Drawn(kind, batch);
            Tensor4<double> scores = drawn.Widen();
            double[] dx = Case(kind).Reference(loss, scores, labels, imagesPerClass).Dx.Data;
            NumericalGradient.MustBe(() => Case(kind).Reference(loss, scores, labels, imagesPerClass).Loss, scores.Data, dx, isZero: true);
        },
        iter: 20, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_AnyLoss_SurvivesTheRoundTrip(string kind) => Assert.All(
        Enumerable.Range(0, LossCase.LastNumber + 1).Select(Case(kind).Draw),
        loss => Assert.Equal(SpecJson.Write(loss), SpecJson.Write(SpecJson.Read<LossSpec>(SpecJson.Write(loss)))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_OnAnyThreadsOrCaptured_HasTheRecordedBits(string kind)
    {
        TrainingSpec spec = SmallRuns.Spec with { Loss = Case(kind).Recorded };
        RecordedBits.MustBe(Case(kind).RecordedSha256, spec, Iterations);
    }

    [Fact]
    public void LabelSmoothing_OfTwoEqualScores_IsWhatWasComputedByHand()
    {
        float[] gradient = new float[2];
        Loss loss = new SoftmaxCrossEntropy { LabelSmoothing = 0.2 }.Bind([1, 1]);

        Assert.Equal(Math.Log(2), loss([3, 3], [0], gradient), 1e-12);
        Assert.Equal([-0.4f, 0.4f], gradient); // 0.5 - 0.9 and 0.5 - 0.1

        // -0.9 * log(0.75) - 0.1 * log(0.25) for scores that are log(3) apart
        Assert.Equal(-0.9 * Math.Log(0.75) - 0.1 * Math.Log(0.25), loss([(float)Math.Log(3), 0], [0], gradient), 1e-7);
    }

    [Fact]
    public void ClassWeights_OfThreeToOne_CountEachClassTheSame()
    {
        float[] gradient = new float[4];
        Loss loss = new SoftmaxCrossEntropy { ClassWeights = ClassWeights.Balanced }.Bind([30, 10]);

        // n / (classes * n of the class): 40 / 60 and 40 / 20
        Assert.Equal(Math.Log(2) * (2 / 3.0 + 2) / 2, loss([0, 0, 0, 0], [0, 1], gradient), 1e-12);
        Assert.Equal([-1 / 6f, 1 / 6f, 0.5f, -0.5f], gradient);
    }

    private static Gen<(int Number, int Images, int Classes, int Seed)> Batches =>
        Gen.Select(Gen.Int[0, LossCase.LastNumber], Gen.Int[1, 7], Gen.Int[1, 12], Gen.Int[1, 1_000_000]);

    private static (LossSpec Loss, Tensor4<float> Scores, int[] Labels, int[] ImagesPerClass) Drawn(
        string kind, (int Number, int Images, int Classes, int Seed) batch) =>
    (
        Case(kind).Draw(batch.Number),
        RandomTensors.Tensor(batch.Seed, batch.Images, batch.Classes, 1, 1).Map(score => 4 * score),
        [.. Enumerable.Range(0, batch.Images).Select(n => (batch.Seed + n) % batch.Classes)],
        [.. Enumerable.Range(0, batch.Classes).Select(label => 1 + (batch.Seed + 3 * label) % 9)]);

    private static LossCase Case(string kind) => LossCase.All.Single(found => found.Name == kind);
}
