using System.Security.Cryptography;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>
/// The promise of equal bits: the same spec, seed and data give the same parameters, optimizer states and history on any number of threads, any
/// instruction set and C library (the suite is run under each), and across a capture at any iteration.
/// </summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class BitsTests
{
    private const int Iterations = 50;
    private const string Expected = "570e44c54b3436874bcc36d3344b67e9f1a03ef3382a86d4a1162a36c698bfef";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Train_AnyThreadCount_GivesTheSameBits(int threads)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var optimizer in SmallRuns.EveryOptimizer)
        {
            using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Optimizer = optimizer }, threads);
            Assert.Equal(Iterations, trainer.Run(TestContext.Current.CancellationToken).Take(Iterations).Count());
            Append(hash, trainer);
        }

        Assert.Equal(Expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Train_CapturedAndResumedAtEveryIteration_GivesTheSameBits()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var optimizer in SmallRuns.EveryOptimizer)
        {
            TrainingSpec spec = SmallRuns.Spec with { Optimizer = optimizer };
            Trainer trainer = SmallRuns.Create(spec);
            for (int iteration = 0; iteration < Iterations; iteration++)
            {
                byte[] checkpoint = trainer.Capture().ToArray();
                trainer.Dispose();
                trainer = SmallRuns.Create(spec, threads: iteration % 3 + 1);
                trainer.Resume(Checkpoint.Read(checkpoint));
                Assert.Equal(iteration + 1, trainer.Run(TestContext.Current.CancellationToken).First().Iteration);
            }

            Append(hash, trainer);
            trainer.Dispose();
        }

        Assert.Equal(Expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    // Parameters, running statistics, best parameters, optimizer states, losses and accuracies.
    private static void Append(IncrementalHash hash, Trainer trainer)
    {
        foreach (Tensor tensor in Safetensors.Read(trainer.Capture().ToArray()).Tensors) hash.AppendData(tensor.Data.Span);
    }
}
