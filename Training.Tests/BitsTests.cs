using CnnService.Training.Optimizers;

namespace CnnService.Training.Tests;

/// <summary>
/// The promise of equal bits: the same spec, seed and data give the same parameters, optimizer states and history on any number of threads, any
/// instruction set and C library (the suite is run under each), and across a capture at any iteration. Here for a network of many layers under
/// four update rules; each kind of layer and rule has a record of its own beside its case.
/// </summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class BitsTests
{
    private const int Iterations = 50;
    private const string Expected = "96fa09962e3c1aaca3e99d75889125285aac8ececb39b8dd2e37ef4e4a98035e";

    private static readonly OptimizerSpec[] Rules =
        [new Sgd { LearningRate = 0.05 }, new SgdMomentum { LearningRate = 0.02 }, new RmsProp { LearningRate = 0.002 }, new Adam { LearningRate = 0.005 }];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Train_AnyThreadCount_GivesTheSameBits(int threads)
    {
        using var bits = new RecordedBits();
        foreach (OptimizerSpec rule in Rules) bits.Train(SmallRuns.Spec with { Optimizer = rule }, Iterations, threads);

        bits.MustBe(Expected, $"on {threads} threads");
    }

    [Fact]
    public void Train_CapturedAndResumedAtEveryIteration_GivesTheSameBits()
    {
        using var bits = new RecordedBits();
        foreach (OptimizerSpec rule in Rules) bits.TrainWithCaptures(SmallRuns.Spec with { Optimizer = rule }, Iterations);

        bits.MustBe(Expected, "with captures");
    }
}
