using CnnService.Api.Data;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Specs;

namespace CnnService.Api.Runs;

/// <summary>
/// One attempt at one run, on a thread of its own: pulls iterations, compares those that an attempt before has told already, hands what is new to
/// the writer, and acts on requests between two iterations.
/// </summary>
/// <param name="start">The state that it begins with.</param>
/// <param name="writer">Commits what it tells.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log of every nth iteration.</param>
/// <param name="abandoned">Cancelled when nobody waits for it any more; it then writes nothing.</param>
internal sealed partial class RunSession(RunStart start, RunWriter writer, TimeProvider time, ILogger logger, CancellationToken abandoned)
{
    private static readonly TimeSpan CommitEvery = TimeSpan.FromMilliseconds(200);
    private const int PendingLimit = 10_000; // events in memory, above which training waits for the writer
    private readonly Queue<EventRow> told = new(start.Told);
    private readonly Throughput throughput = new(time);
    private List<EventRow> pending = [];
    private Checkpoint? captured; // its memory serves all checkpoints of the run
    private long savedBest; // the iteration of the best parameters that were handed to the writer last
    private Task<RunRequest?> writing = Task.FromResult<RunRequest?>(null);
    private long committedAt = time.GetTimestamp(), checkpointedAt = time.GetTimestamp();

    /// <summary>Trains until the end, a request, or <paramref name="stopping"/>; then all that must stay is committed.</summary>
    public void Execute(CancellationToken stopping)
    {
        using var trainer = new Trainer(start.Spec, start.Dataset, start.Threads, start.ReadModel?.Invoke());
        if (trainer.TotalIterations != start.TotalIterations)
            throw new InvalidInputException(
                "numerics",
                $"the run was accepted by a version that made {start.TotalIterations} iterations of it, and this one makes {trainer.TotalIterations}; "
                + "start it anew.");
        Resume(trainer);
        throughput.Begin(trainer.Iteration);
        try
        {
            Train(trainer, stopping);
        }
        catch (DivergedException)
        {
            Finish(Write(trainer) with { Parameters = NewBest(trainer) }); // the iteration that diverged is told before the run fails
            throw;
        }
        finally
        {
            Task.WhenAny(writing).Wait(CancellationToken.None); // one writes at a time, and what it has failed by is told next
        }
    }

    // A method of its own, so that what was read is not held while the run trains.
    private void Resume(Trainer trainer)
    {
        if (start.ReadCheckpoint is Func<Checkpoint> read) trainer.Resume(read());
    }

    private void Train(Trainer trainer, CancellationToken stopping)
    {
        foreach (IterationReport report in trainer.Run(CancellationToken.None))
        {
            Record(report);
            throughput.Reached(report.Iteration);
            if (start.Spec.LogEvery > 0 && report.Iteration % start.Spec.LogEvery == 0) LogIteration(start.Claim.Id, report.Iteration, trainer.TotalIterations, report.Loss);
            bool checkpointIsDue = time.GetElapsedTime(checkpointedAt) >= start.CheckpointEvery && told.Count == 0;
            RunRequest? requested = start.IsAsked() ? Finish(Write(trainer))
                : checkpointIsDue || time.GetElapsedTime(committedAt) >= CommitEvery ? Commit(trainer, checkpointIsDue) : null;
            if (stopping.IsCancellationRequested)
            {
                Finish(Write(trainer) with { Checkpoint = CheckpointOf(trainer), Parameters = NewBest(trainer) });
                return;
            }

            if (requested is RunRequest request && !trainer.IsOver && Act(trainer, request)) return;
        }

        Complete(trainer);
    }

    // Events that an attempt before has committed must come again with the same bits; they are not written twice.
    private void Record(IterationReport report)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        Add(new EventRow
        {
            Type = EventType.Iteration,
            Iteration = report.Iteration,
            Epoch = report.Epoch,
            LossBits = BitConverter.DoubleToInt64Bits(report.Loss),
            LearningRate = report.LearningRate,
            At = now,
        });
        if (report.Evaluation is not EvaluationReport evaluation) return;
        Add(new EventRow
        {
            Type = EventType.Epoch,
            Iteration = report.Iteration,
            Epoch = evaluation.Epoch,
            LearningRate = report.LearningRate,
            TrainAccuracy = evaluation.TrainAccuracy,
            ValidationAccuracy = evaluation.ValidationAccuracy,
            ValidationLossBits = BitConverter.DoubleToInt64Bits(evaluation.ValidationLoss),
            PerClass = RunEvent.Pack(evaluation.PerClass),
            At = now,
        });
    }

    private void Add(EventRow item)
    {
        if (!told.TryDequeue(out EventRow? before)) pending.Add(item);
        else if (!Same(before, item)) throw new NotReproducedException(item.Iteration!.Value);
    }

    // A version before did not measure all that this one does.
    private static bool Same(EventRow before, EventRow now) =>
        (before.Type, before.Iteration, before.Epoch, before.LossBits, before.TrainAccuracy, before.ValidationAccuracy)
        == (now.Type, now.Iteration, now.Epoch, now.LossBits, now.TrainAccuracy, now.ValidationAccuracy)
        && (before.LearningRate ?? now.LearningRate) == now.LearningRate
        && (before.ValidationLossBits ?? now.ValidationLossBits) == now.ValidationLossBits
        && (before.PerClass ?? now.PerClass).AsSpan().SequenceEqual(now.PerClass);

    // Hands over to the writer without waiting, unless it still writes and too much has gathered; gives what the write before has learned.
    private RunRequest? Commit(Trainer trainer, bool withCheckpoint)
    {
        if (!writing.IsCompleted && pending.Count < PendingLimit) return null;
        RunRequest? requested = writing.GetAwaiter().GetResult();
        RunWrite write = Write(trainer);
        if (withCheckpoint)
        {
            write = write with { Checkpoint = CheckpointOf(trainer), Parameters = NewBest(trainer) };
            checkpointedAt = time.GetTimestamp();
        }

        abandoned.ThrowIfCancellationRequested();
        writing = Task.Run(() => writer.WriteAsync(write));
        committedAt = time.GetTimestamp();
        return requested;
    }

    // Whether the run stops by it. The request is one write old: where the user has another wish by then, the next iteration learns of it.
    private bool Act(Trainer trainer, RunRequest request)
    {
        RunWrite write = Write(trainer) with { Answers = request, Parameters = NewBest(trainer) };
        RunRequest? requested = Finish(request == RunRequest.Cancel
            ? write with { State = RunState.Cancelled }
            : write with { State = RunState.Paused, Checkpoint = CheckpointOf(trainer) });
        writing = Task.FromResult(requested);
        return requested == request;
    }

    private void Complete(Trainer trainer)
    {
        double? testAccuracy = start.Dataset.Test.Count > 0 ? trainer.BestAccuracy(start.Dataset.Test) : null;
        RunWrite write = Write(trainer);
        Finish(write with
        {
            State = RunState.Completed,
            Parameters =
            [
                new(WhichParameters.Best, trainer.BestIteration, trainer.BestModel()),
                new(WhichParameters.Last, trainer.Iteration, trainer.LastModel()),
            ],
            Apply = row =>
            {
                write.Apply(row);
                (row.TestAccuracy, row.StoppedEarly) = (testAccuracy, trainer.StoppedEarly);
            },
        });
    }

    private RunRequest? Finish(RunWrite write)
    {
        writing.GetAwaiter().GetResult();
        abandoned.ThrowIfCancellationRequested();
        return writer.WriteAsync(write).GetAwaiter().GetResult();
    }

    // The events gathered so far; an attempt that repeats iterations does not take progress back.
    private RunWrite Write(Trainer trainer)
    {
        List<EventRow> events = pending;
        pending = [];
        (double? imagesPerSecond, double? secondsLeft) = throughput.Of(trainer);
        return new RunWrite
        {
            Events = events,
            Apply = row => (row.ImagesPerSecond, row.SecondsLeft) = (imagesPerSecond, secondsLeft),
        };
    }

    // Waits for the write before, which may be reading the memory of the last checkpoint.
    private Checkpoint CheckpointOf(Trainer trainer)
    {
        writing.GetAwaiter().GetResult();
        if (captured is null) captured = trainer.Capture();
        else trainer.Capture(captured);
        return captured;
    }

    private ModelFile[] NewBest(Trainer trainer)
    {
        if (trainer.BestIteration == savedBest) return [];
        savedBest = trainer.BestIteration;
        return [new ModelFile(WhichParameters.Best, trainer.BestIteration, trainer.BestModel())];
    }

    [LoggerMessage(1, LogLevel.Information, "Run {Run}: iteration {Iteration} of {TotalIterations}, loss {Loss}.")]
    private partial void LogIteration(Guid run, long iteration, long totalIterations, double loss);
}

/// <summary>The start of a session.</summary>
internal sealed record RunStart
{
    /// <summary>The claimed run.</summary>
    public required RunClaim Claim { get; init; }

    /// <summary>The training to do.</summary>
    public required RunSpec Spec { get; init; }

    /// <summary>The iterations that it was accepted with.</summary>
    public required long TotalIterations { get; init; }

    /// <summary>The dataset to train on.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>Reads where to go on; null for the beginning.</summary>
    public Func<Checkpoint>? ReadCheckpoint { get; init; }

    /// <summary>Reads the model to start from; null where there is none, or a checkpoint.</summary>
    public Func<Model>? ReadModel { get; init; }

    /// <summary>The committed iteration and epoch events after the checkpoint, in their order.</summary>
    public required IReadOnlyList<EventRow> Told { get; init; }

    /// <summary>Threads of the run.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether the user has asked for something since this was looked at last.</summary>
    public Func<bool> IsAsked { get; init; } = static () => false;

    /// <summary>Time between two checkpoints.</summary>
    public required TimeSpan CheckpointEvery { get; init; }
}

/// <summary>An iteration came out with other bits than an attempt before has told.</summary>
internal sealed class NotReproducedException(long iteration)
    : Exception($"Iteration {iteration} did not come out with the bits of the attempt before; the program or the machine has changed. Start the run anew.")
{
    /// <summary>The iteration that differed, from 1.</summary>
    public long Iteration { get; } = iteration;
}
