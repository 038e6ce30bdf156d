using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>
/// The training images on which the train accuracy is measured: up to 1,000, as the numpy system samples, a function of (seed, iteration). The random
/// numbers have a purpose of their own, so that measuring never changes the training.
/// </summary>
internal sealed class TrainSample(ulong seed, int images)
{
    private const int Most = 1000;
    private readonly int[] order = new int[images];

    /// <summary>Those after an iteration; valid until the next call.</summary>
    public ReadOnlySpan<int> After(long iteration)
    {
        for (int i = 0; i < order.Length; i++) order[i] = i;
        if (order.Length <= Most) return order;
        var chance = new Chance(seed, Purpose.TrainAccuracy, (ulong)iteration);
        for (int i = 0; i < Most; i++)
        {
            int j = i + chance.Below(order.Length - i, (ulong)i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order.AsSpan(0, Most);
    }
}
