using CnnService.Training.Running;

namespace CnnService.Api.Runs;

/// <summary>Iterations per second over the last ten seconds, and what follows from them.</summary>
internal sealed class Throughput(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(100);
    private readonly Queue<(long At, long Iteration)> marks = new();
    private (long At, long Iteration) last;

    /// <summary>Starts the clock at an iteration.</summary>
    public void Begin(long iteration) => Mark(iteration);

    /// <summary>An iteration is done.</summary>
    public void Reached(long iteration)
    {
        if (time.GetElapsedTime(last.At) >= Grain) Mark(iteration);
    }

    /// <summary>Images per second and seconds left; null before anything is measured.</summary>
    public (double? ImagesPerSecond, double? SecondsLeft) Of(Trainer trainer)
    {
        (long at, long iteration) = marks.Peek();
        double seconds = time.GetElapsedTime(at, last.At).TotalSeconds, iterations = last.Iteration - iteration;
        if (seconds <= 0 || iterations <= 0) return (null, null);
        double imagesPerIteration = (double)trainer.TrainingImages / trainer.IterationsPerEpoch, perSecond = iterations / seconds;
        return (perSecond * imagesPerIteration, (trainer.TotalIterations - trainer.Iteration) / perSecond);
    }

    private void Mark(long iteration)
    {
        last = (time.GetTimestamp(), iteration);
        marks.Enqueue(last);
        while (marks.Count > 2 && time.GetElapsedTime(marks.Peek().At, last.At) > Window) marks.Dequeue();
    }
}
