using System.Security.Cryptography;
using CnnService.Training.Running;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>
/// The SHA-256 of what trainings leave behind: parameters, running statistics, best parameters, optimizer states, losses and accuracies. What is
/// recorded in a test stays as it is; other bits need a new <see cref="Numerics.Version"/>.
/// </summary>
internal sealed class RecordedBits : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The hash of all that was trained.</summary>
    public string Sha256 => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Fails unless a training leaves the recorded bits on any number of threads, and where it is captured and resumed at every iteration.</summary>
    public static void MustBe(string recorded, TrainingSpec spec, int iterations, Model? start = null)
    {
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var bits = new RecordedBits();
            bits.Train(spec, iterations, threads, start);
            MustBe(recorded, bits.Sha256, $"on {threads} threads");
        }

        using var captured = new RecordedBits();
        captured.TrainWithCaptures(spec, iterations, start);
        MustBe(recorded, captured.Sha256, "captured and resumed at every iteration");
    }

    /// <summary>Trains in one go.</summary>
    public void Train(TrainingSpec spec, int iterations, int threads, Model? start = null)
    {
        using Trainer trainer = SmallRuns.Create(spec, threads, start);
        Assert.Equal(iterations, trainer.Run(TestContext.Current.CancellationToken).Take(iterations).Count());
        Add(trainer);
    }

    /// <summary>Trains with a capture before every iteration, from which another trainer goes on, on another number of threads.</summary>
    public void TrainWithCaptures(TrainingSpec spec, int iterations, Model? start = null)
    {
        Trainer trainer = SmallRuns.Create(spec, start: start);
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            byte[] checkpoint = trainer.Capture().ToArray();
            trainer.Dispose();
            trainer = SmallRuns.Create(spec, threads: iteration % 3 + 1);
            trainer.Resume(Checkpoint.Read(checkpoint));
            Assert.Equal(iteration + 1, trainer.Run(TestContext.Current.CancellationToken).First().Iteration);
        }

        Add(trainer);
        trainer.Dispose();
    }

    /// <summary>Fails unless the trainings left what is recorded.</summary>
    public void MustBe(string recorded, string how) => MustBe(recorded, Sha256, how);

    public void Dispose() => hash.Dispose();

    // In full: a new case has its record from here.
    private static void MustBe(string recorded, string left, string how) =>
        Assert.True(left == recorded, $"The training {how} leaves\n\"{left}\", and recorded is\n\"{recorded}\".");

    private void Add(Trainer trainer)
    {
        foreach (Tensor tensor in Safetensors.Read(trainer.Capture().ToArray()).Tensors)
            if (tensor.Name != "history.validationLosses") hash.AppendData(tensor.Data.Span); // measured only since hashes are recorded
    }
}
