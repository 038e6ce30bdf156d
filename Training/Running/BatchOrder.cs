using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>Which images make up each batch, as a function of the iteration.</summary>
internal abstract class BatchOrder(int iterationsPerEpoch, int batchSize)
{
    /// <summary>Iterations of an epoch.</summary>
    public int IterationsPerEpoch { get; } = iterationsPerEpoch;

    /// <summary>The largest batch.</summary>
    public int Capacity { get; protected init; } = batchSize;

    /// <summary>The images of a batch; valid until the next call.</summary>
    /// <param name="iteration">Counted from 0.</param>
    public abstract ReadOnlySpan<int> Batch(long iteration);

    /// <summary>The order that a spec asks for; InvalidInputException for a batch of more than all images.</summary>
    public static BatchOrder Of(TrainingSpec spec, Network network, int images)
    {
        if (spec.Sampling == Sampling.Shuffle && spec.BatchSize > images)
            throw new InvalidInputException("batchSize", $"is {spec.BatchSize}, but there are {images} training images; give at most that.");
        int iterations = spec.IterationsPerEpoch(network, images);
        return spec.Sampling == Sampling.Shuffle
            ? new ShuffledOrder((ulong)spec.Seed, images, spec.BatchSize, iterations)
            : new ReplacementOrder((ulong)spec.Seed, images, spec.BatchSize, iterations);
    }
}

/// <summary>Each image once an epoch; the order is a function of (seed, epoch).</summary>
internal sealed class ShuffledOrder : BatchOrder
{
    private readonly ulong seed;
    private readonly int batchSize;
    private readonly int[] order;
    private long shuffledEpoch = -1;

    public ShuffledOrder(ulong seed, int images, int batchSize, int iterationsPerEpoch)
        : base(iterationsPerEpoch, batchSize)
    {
        (this.seed, this.batchSize) = (seed, batchSize);
        order = new int[images];
        Capacity = Math.Min(images, batchSize);
    }

    public override ReadOnlySpan<int> Batch(long iteration)
    {
        long epoch = iteration / IterationsPerEpoch;
        if (epoch != shuffledEpoch)
        {
            for (int i = 0; i < order.Length; i++) order[i] = i;
            new Chance(seed, Purpose.Shuffle, (ulong)epoch).Shuffle(order.AsSpan());
            shuffledEpoch = epoch;
        }

        int first = (int)(iteration % IterationsPerEpoch) * batchSize;
        return order.AsSpan(first, Math.Min(batchSize, order.Length - first));
    }
}

/// <summary>Each image of a batch independently of all others; a function of (seed, iteration).</summary>
internal sealed class ReplacementOrder(ulong seed, int images, int batchSize, int iterationsPerEpoch) : BatchOrder(iterationsPerEpoch, batchSize)
{
    private readonly int[] batch = new int[batchSize];

    public override ReadOnlySpan<int> Batch(long iteration)
    {
        var chance = new Chance(seed, Purpose.Replacement, (ulong)iteration);
        for (int i = 0; i < batch.Length; i++) batch[i] = chance.Below(images, (ulong)i);
        return batch;
    }
}
