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
    private const string Expected = "8d78a8cfe67bd0e5f2c9c98e323fcf4d6921e11d8e0cc55f59581a557b96af1c";

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

        Assert.Equal(Expected, bits.Sha256);
    }

    [Fact]
    public void Train_CapturedAndResumedAtEveryIteration_GivesTheSameBits()
    {
        using var bits = new RecordedBits();
        foreach (OptimizerSpec rule in Rules) bits.TrainWithCaptures(SmallRuns.Spec with { Optimizer = rule }, Iterations);

        Assert.Equal(Expected, bits.Sha256);
    }
}
