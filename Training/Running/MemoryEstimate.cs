namespace CnnService.Training.Running;

/// <summary>What a run will need in memory, told before anything is allocated.</summary>
public static class MemoryEstimate
{
    private const int HeaderBytes = 1 << 20; // names and shapes of tensors: more than the largest network has

    /// <summary>
    /// Bytes of one run: the dataset's pixels; parameters, the best parameters, the optimizer's states, the average, and as much again for a copy of a checkpoint;
    /// outputs and gradients of each layer for a batch. Scratch of threads is left out, as it is small beside them.
    /// </summary>
    /// <param name="spec">The run.</param>
    /// <param name="network">Its network.</param>
    /// <param name="pixels">Bytes of the dataset's images.</param>
    public static long OfRun(TrainingSpec spec, Network network, long pixels)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(network);
        long numbers = network.ParameterCount * 2 * Kept(spec) + network.Cost.Fixed + spec.BatchSize * (network.Input.Length + network.Cost.Kept);
        return pixels + sizeof(float) * numbers;
    }

    /// <summary>
    /// Bytes of a checkpoint at the end of a run: the parameters, the best ones, the optimizer's states, the average, and the history.
    /// </summary>
    /// <param name="spec">The run.</param>
    /// <param name="network">Its network.</param>
    /// <param name="iterations">Iterations of the whole run.</param>
    public static long OfCheckpoint(TrainingSpec spec, Network network, long iterations)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(network);
        return HeaderBytes + sizeof(float) * network.ParameterCount * Kept(spec) + sizeof(double) * (iterations + 3 * (spec.Epochs + 1L));
    }

    // Parameters, best parameters, states, average.
    private static int Kept(TrainingSpec spec) => 2 + spec.Optimizer.StateNames.Count + (spec.Averaging is null ? 0 : 1);
}
