using CnnService.Training.Running;
using CnnService.Training.Schedules;
using CnnService.Training.Specs;
using CsCheck;

namespace CnnService.Training.Tests.ScheduleCases;

/// <summary>What holds for every schedule.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class ScheduleCaseTests
{
    public static TheoryData<string> Kinds => [.. ScheduleCase.All.Select(found => found.Name)];

    [Fact]
    public void EverySchedule_HasACase() => Assert.Equal(SpecJson.KindsOf(typeof(ScheduleSpec)).Keys, ScheduleCase.All.Select(found => found.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rate_OfADefaultSchedule_IsWhatWasComputedByHand(string kind)
    {
        ScheduleSpec schedule = SpecJson.Read<ScheduleSpec>(Case(kind).Defaults);
        double[] rates = [.. Enumerable.Range(0, 10).Select(i => schedule.Rate(1, new Position(i, 2, 10)))];
        Assert.All(rates.Zip(Case(kind).ByHand), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rate_AnywhereInAnyRun_IsItsFormula(string kind) =>
        Gen.Select(Gen.Int[0, ScheduleCase.LastNumber], Gen.Int[1, 400], Gen.Int[1, 30], Gen.Double[1e-4, 10]).Sample(
            drawn =>
            {
                (int number, int perEpoch, int epochs, double first) = drawn;
                ScheduleSpec schedule = Case(kind).Draw(number);
                long total = (long)perEpoch * epochs;
                for (long i = 0; i < total; i += Math.Max(1, total / 50))
                {
                    double rising = schedule.Warmup * perEpoch, warm = rising == 0 ? 1 : Math.Min(1, (i + 1) / rising);
                    double expected = first * warm * Case(kind).Share(schedule, i, perEpoch, total);
                    Assert.Equal(expected, schedule.Rate(first, new Position(i, perEpoch, total)), 1e-9 * first);
                }
            },
            iter: 100, threads: 1);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_OfADefaultSchedule_IsWhatIsDocumented(string kind) =>
        Assert.Equal(Case(kind).Defaults, SpecJson.Write(SpecJson.Read<ScheduleSpec>(Case(kind).Defaults.Replace(""","warmup":0""", "", StringComparison.Ordinal))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_AnySchedule_SurvivesTheRoundTrip(string kind) => Assert.All(
        Enumerable.Range(0, ScheduleCase.LastNumber + 1).Select(Case(kind).Draw),
        schedule => Assert.Equal(SpecJson.Write(schedule), SpecJson.Write(SpecJson.Read<ScheduleSpec>(SpecJson.Write(schedule)))));

    [Fact]
    public void Run_WithASchedule_ReportsItsRateOfEachIteration()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Epochs = 2, Schedule = new Triangular() });
        double first = trainer.Spec.Optimizer.LearningRate;
        double[] rates = [.. trainer.Run(TestContext.Current.CancellationToken).Select(report => report.LearningRate)];
        Assert.Equal(Enumerable.Range(0, 12).Select(i => new Triangular().Rate(first, new Position(i, 6, 12))), rates);
    }

    private static ScheduleCase Case(string kind) => ScheduleCase.All.Single(found => found.Name == kind);
}
