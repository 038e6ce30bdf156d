using System.ComponentModel.DataAnnotations;

namespace CnnService.Training.Schedules;

/// <summary>How the learning rate changes in the course of a run, iteration by iteration. One file per schedule.</summary>
public abstract record ScheduleSpec
{
    /// <summary>
    /// Epochs, also parts of one, in which the rate rises to the schedule's from near 0: iteration i, counted from 0, has (i + 1) / (warmup * iterations per
    /// epoch) of it (Goyal et al. 2017). 0 to 10,000, default 0.
    /// </summary>
    [Range(0.0, 10000.0)]
    public double Warmup { get; init; }

    /// <summary>The learning rate of one iteration.</summary>
    /// <param name="first">The update rule's own learning rate.</param>
    /// <param name="at">The iteration.</param>
    internal double Rate(double first, Position at)
    {
        double rate = Course(first, at), rising = Warmup * at.IterationsPerEpoch;
        return at.Iteration + 1 < rising ? rate * (at.Iteration + 1) / rising : rate;
    }

    /// <summary>The rate without its warm-up.</summary>
    private protected abstract double Course(double first, Position at);
}

/// <summary>An iteration's place in its run.</summary>
/// <param name="Iteration">Iterations before it.</param>
/// <param name="IterationsPerEpoch">Iterations of an epoch.</param>
/// <param name="Total">Iterations of the whole run.</param>
internal readonly record struct Position(long Iteration, int IterationsPerEpoch, long Total)
{
    /// <summary>Whole epochs before it.</summary>
    public int Epoch => (int)(Iteration / IterationsPerEpoch);
}
