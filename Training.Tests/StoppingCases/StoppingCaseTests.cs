using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Stopping;

namespace CnnService.Training.Tests.StoppingCases;

/// <summary>What holds for every rule for the end of a run, and for runs that have one.</summary>
public sealed class StoppingCaseTests
{
    private static readonly TrainingSpec Never = SmallRuns.Spec with { Epochs = 6, Stopping = new Patience { Epochs = 6 } };

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => [.. StoppingCase.All.Select(found => found.Name)];

    [Fact]
    public void EveryRule_HasACase() => Assert.Equal(SpecJson.KindsOf(typeof(StoppingSpec)).Keys, StoppingCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void IsOver_AfterEachEpoch_IsWhatWasWrittenByHand(string kind) => Assert.All(
        Case(kind).ByHand,
        run =>
        {
            int[] over = [.. Enumerable.Range(1, run.Accuracies.Length).Where(epochs => run.Rule.IsOver(run.Accuracies.AsSpan(0, epochs), run.Losses.AsSpan(0, epochs)))];
            Assert.Equal(run.Over, over.Length == 0 ? null : over[0]);
        });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_WithWhatIsRequired_HasTheDocumentedDefaults(string kind) =>
        Assert.Equal(Case(kind).Json.Complete, SpecJson.Write(SpecJson.Read<StoppingSpec>(Case(kind).Json.Given)));

    [Fact]
    public void Run_WithoutAGain_EndsAfterThatEpochWithWhatItHasTold()
    {
        // No loss falls by 1,000: the run is over one epoch after its first.
        TrainingSpec spec = Never with { Stopping = new Patience { Epochs = 1, Metric = StoppingMetric.ValidationLoss, MinimumGain = 1000 } };
        using Trainer whole = SmallRuns.Create(Never), early = SmallRuns.Create(spec);
        List<IterationReport> all = [.. whole.Run(Cancel)];

        List<IterationReport> told = [.. early.Run(Cancel)];

        Assert.Equal((12, true, true, 36L), (told.Count, early.StoppedEarly, early.IsOver, early.TotalIterations));
        Assert.Equal(all.Take(12).Select(report => report.Loss), told.Select(report => report.Loss));
        Assert.Equal((36, false, true), (all.Count, whole.StoppedEarly, whole.IsOver));
    }

    [Fact]
    public void Run_ResumedFromAnyCapture_EndsWhereItWouldHave()
    {
        TrainingSpec spec = Never with { Stopping = new Patience { Epochs = 2, Metric = StoppingMetric.ValidationLoss, MinimumGain = 1000 } };
        using Trainer first = SmallRuns.Create(spec);
        List<byte[]> captures = [first.Capture().ToArray(), .. first.Run(Cancel).Select(_ => first.Capture().ToArray())];

        Assert.Equal(19, captures.Count);
        foreach (byte[] capture in captures)
        {
            using Trainer second = SmallRuns.Create(spec);
            second.Resume(Checkpoint.Read(capture));
            Assert.Equal(18 - second.Iteration, second.Run(Cancel).Count());
            Assert.True(second.StoppedEarly);
        }
    }

    private static StoppingCase Case(string kind) => StoppingCase.All.Single(found => found.Name == kind);
}
