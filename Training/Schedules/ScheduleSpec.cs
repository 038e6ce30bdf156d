namespace CnnService.Training.Schedules;

/// <summary>How the learning rate changes in the course of a run. One file per schedule.</summary>
public abstract record ScheduleSpec
{
    /// <summary>The learning rate of one iteration.</summary>
    /// <param name="first">The update rule's own learning rate.</param>
    /// <param name="at">The iteration.</param>
    internal abstract double Rate(double first, Position at);
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
