using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Training.Specs;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>
/// What users do to runs that a worker does not hold: each change of state is one transaction with its event. A running run is only asked; its worker
/// acts between two iterations.
/// </summary>
internal sealed class RunQueue(
    IDbContextFactory<ServiceDb> databases, DatabaseWriter database, Sweeper sweeper, QueueBell queueBell, RunNews news, AskedRuns asked,
    TimeProvider time)
{
    private static readonly RunState[] Ended = [RunState.Completed, RunState.Failed, RunState.Cancelled];

    /// <summary>The run that came with an idempotency key before; null if there is none. A problem (422) if its body was another.</summary>
    public async Task<Run?> FindAsync(string key, string body, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        return await KnownAsync(db, key, body, cancel) is long known ? await news.ReadAsync(known, cancel) : null;
    }

    /// <summary>Queues a run; it is there for good when this returns. An idempotency key that is known gives its run again.</summary>
    /// <param name="row">The new run, in state queued.</param>
    /// <param name="start">The model that it starts from.</param>
    /// <param name="limit">Runs that may wait; more is a 429.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public async Task<Run> SubmitAsync(RunRow row, StartingModel? start, int limit, CancellationToken cancel)
    {
        if (await database.WriteAsync(db => AddUnlessKnownAsync(db, row, start, limit, cancel), cancel) is long known)
            return await news.ReadAsync(known, cancel) ?? throw ProblemException.NotFound("The run of this Idempotency-Key");
        queueBell.Bell.Ring();
        return await news.TellAsync(row.Order) ?? throw ProblemException.NotFound($"Run {row.Id}");
    }

    /// <summary>Pauses a queued run, asks a running one to pause.</summary>
    public Task<Run> PauseAsync(Guid id, CancellationToken cancel) => ChangeAsync(id, "paused", row => row.State switch
    {
        RunState.Queued => new(RunState.Paused),
        RunState.Running => new(Request: row.Requested ?? RunRequest.Pause),
        RunState.Paused => new(),
        _ => null,
    }, cancel);

    /// <summary>Queues a paused run at its old place, takes back a requested pause.</summary>
    public Task<Run> ResumeAsync(Guid id, CancellationToken cancel) => ChangeAsync(id, "resumed", row => row.State switch
    {
        RunState.Queued => new(),
        RunState.Running => new(Request: row.Requested == RunRequest.Pause ? null : row.Requested),
        RunState.Paused => new(RunState.Queued),
        _ => null,
    }, cancel);

    /// <summary>Cancels a queued or paused run, asks a running one to stop.</summary>
    public Task<Run> CancelAsync(Guid id, CancellationToken cancel) => ChangeAsync(id, "cancelled", row => row.State switch
    {
        RunState.Queued or RunState.Paused => new(RunState.Cancelled),
        RunState.Running => new(Request: RunRequest.Cancel),
        RunState.Cancelled => new(),
        _ => null,
    }, cancel);

    /// <summary>
    /// Deletes a run with all that belongs to it; 409 while it is running. Nothing finds it from then on, and what it holds goes in slices.
    /// </summary>
    public async Task DeleteAsync(Guid id, CancellationToken cancel)
    {
        await database.WriteAsync(async db =>
        {
            int removed = await db.Runs.Where(run => run.Id == id && run.State != RunState.Running)
                .ExecuteUpdateAsync(run => run.SetProperty(r => r.Removed, true).SetProperty(r => r.IdempotencyKey, (string?)null), cancel);
            if (removed > 0) return;
            throw await db.Runs.AnyAsync(run => run.Id == id, cancel)
                ? ProblemException.Conflict("The run is running; cancel it and delete it when it has stopped.")
                : ProblemException.NotFound($"Run {id}");
        }, cancel);
        sweeper.Wake();
        news.EventBell.Bell.Ring();
    }

    // The run that came with this key before; null when the row is added.
    private static async Task<long?> AddUnlessKnownAsync(ServiceDb db, RunRow row, StartingModel? start, int limit, CancellationToken cancel)
    {
        if (row.IdempotencyKey is { } key && await KnownAsync(db, key, row.IdempotencyBody, cancel) is long known) return known;
        if (!await db.Datasets.AnyAsync(dataset => dataset.Name == row.Dataset && dataset.Sha256 == row.DatasetSha256, cancel))
            throw new InvalidInputException("dataset", $"\"{row.Dataset}\" was deleted or replaced just now; send the run again.");
        if (await db.Runs.CountAsync(r => r.State == RunState.Queued, cancel) >= limit)
            throw new ProblemException(
                StatusCodes.Status429TooManyRequests,
                $"{limit} runs are waiting already; try again when some have ended.")
            {
                RetryAfterSeconds = 60,
            };
        db.Runs.Add(row);
        await db.SaveChangesAsync(cancel);
        if (start is not null) db.Parameters.Add(start.RowOf(row));
        await EventLog.AddStateAsync(db, row.Order, RunState.Queued, row.CreatedAt, cancel);
        return null;
    }

    private static async Task<long?> KnownAsync(ServiceDb db, string key, string? body, CancellationToken cancel)
    {
        var known = await db.Runs.Where(run => run.IdempotencyKey == key).Select(run => new { run.Order, run.IdempotencyBody })
            .SingleOrDefaultAsync(cancel);
        if (known is not null && known.IdempotencyBody != body)
            throw new ProblemException(
                StatusCodes.Status422UnprocessableEntity,
                "This Idempotency-Key came with another body before; use a new key for a new run.");
        return known?.Order;
    }

    private async Task<Run> ChangeAsync(Guid id, string verb, Func<RunRow, Change?> decide, CancellationToken cancel)
    {
        (long order, bool isRunning) = await database.WriteAsync(async db =>
        {
            RunRow row = await db.Runs.SingleOrDefaultAsync(run => run.Id == id, cancel) ?? throw ProblemException.NotFound($"Run {id}");
            Change change = decide(row)
                ?? throw ProblemException.Conflict($"A run that is {row.State.ToString().ToLowerInvariant()} cannot be {verb}.");
            row.Requested = change.Request;
            if (change.State is RunState state) await EnterAsync(db, row, state, cancel);
            return (row.Order, row.State == RunState.Running);
        }, cancel);
        if (isRunning) asked.Tell(id);
        sweeper.Wake();
        queueBell.Bell.Ring();
        return await news.TellAsync(order) ?? throw ProblemException.NotFound($"Run {id}");
    }

    private async Task EnterAsync(ServiceDb db, RunRow row, RunState state, CancellationToken cancel)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        row.State = state;
        if (state == RunState.Queued) (row.FailureCode, row.FailureMessage, row.FailureIteration) = (null, null, null);
        if (Ended.Contains(state))
        {
            row.EndedAt = now;
            await db.Checkpoints.Where(checkpoint => checkpoint.Run == row.Order).ExecuteDeleteAsync(cancel);
        }

        await EventLog.AddStateAsync(db, row.Order, state, now, cancel);
    }

    private sealed record Change(RunState? State = null, RunRequest? Request = null);
}

/// <summary>Adds events to a run inside the caller's transaction, which holds the database for writing, so that numbers have no gaps.</summary>
internal static class EventLog
{
    /// <summary>The sequence of the run's last event; 0 if there is none.</summary>
    public static async Task<long> LastSequenceAsync(ServiceDb db, long run, CancellationToken cancel) =>
        await db.Events.Where(e => e.Run == run).MaxAsync(e => (long?)e.Sequence, cancel) ?? 0;

    /// <summary>Adds a change of state; the caller saves.</summary>
    public static async Task AddStateAsync(ServiceDb db, long run, RunState state, DateTime at, CancellationToken cancel) =>
        db.Events.Add(new EventRow { Run = run, Sequence = await LastSequenceAsync(db, run, cancel) + 1, Type = EventType.State, State = state, At = at });
}
