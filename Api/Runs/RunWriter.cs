using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Training;
using CnnService.Training.Running;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>
/// All writes of one attempt at a run. Each is one transaction that begins with the attempt's number as fencing token: when another worker has
/// taken the run over, nothing is written and <see cref="FencedException"/> is thrown.
/// </summary>
/// <param name="database">The writer of the database.</param>
/// <param name="sweeper">Removes what a write has replaced.</param>
/// <param name="news">Tells clients.</param>
/// <param name="time">The clock.</param>
/// <param name="claim">The attempt.</param>
/// <param name="stopping">Ends the repetition of a write that failed.</param>
internal sealed class RunWriter(
    DatabaseWriter database, Sweeper sweeper, RunNews news, TimeProvider time, RunClaim claim, CancellationToken stopping)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly List<Run> epochs = []; // the run after each epoch of the present write
    private long? before; // the run's last sequence when the present write was tried first

    /// <summary>
    /// Commits what has happened, then tells it; returns what a user has asked the run to do, which a write that answers it has done. A
    /// disk that is full, or a database that is busy, is told to those who watch, and tried again until it works or the service stops.
    /// </summary>
    public async Task<RunRequest?> WriteAsync(RunWrite write)
    {
        RunRequest? requested = await CommitAsync(write);
        foreach (Run run in epochs.SkipLast(write.State is null ? 1 : 0)) news.TellEpoch(run); // the run as it is now tells the last one
        if (write.Checkpoint is not null || write.Parameters.Count > 0 || write.State is not null) sweeper.Wake();
        if (write.Checkpoint is not null || write.Parameters.Count > 0) SpareMemory.GiveBack();
        if (write.State is not null || write.HasEpoch) await news.TryTellAsync(claim.Order);
        else if (write.Events.Count > 0) news.EventBell.Bell.Ring();
        return requested;
    }

    private async Task<RunRequest?> CommitAsync(RunWrite write)
    {
        before = null;
        while (true)
        {
            try
            {
                RunRequest? requested = await database.WriteAsync(db => ApplyAsync(db, write), CancellationToken.None);
                await news.TellTroubleAsync(claim, null);
                return requested;
            }
            catch (Exception e) when (StorageFailure.Of(e) is { Passes: true } failure && !stopping.IsCancellationRequested)
            {
                await news.TellTroubleAsync(claim, failure);
                await Task.Delay(RetryAfter, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<RunRequest?> ApplyAsync(ServiceDb db, RunWrite write)
    {
        RunRow row = await db.Runs.SingleOrDefaultAsync(r => r.Order == claim.Order && r.Attempts == claim.Attempt)
            ?? throw new FencedException();
        RunRequest? requested = row.Requested;
        long sequence = await EventLog.LastSequenceAsync(db, claim.Order, CancellationToken.None);
        // The try before was committed, though the disk failed in the midst of it.
        if (before is not null && before != sequence) return row.State == RunState.Running ? requested : write.Answers;
        before = sequence;
        if (row.State != RunState.Running) throw new FencedException();
        // A pause is taken back, or a cancel has come in its place, since the worker was told of it.
        if (write.Answers is not null && write.Answers != requested) write = write with { State = null };
        // Where the run itself wants to pause, for want of its storage, its user's cancel stands.
        else if (write.State == RunState.Paused && requested == RunRequest.Cancel) write = write with { State = RunState.Cancelled };
        epochs.Clear();
        RunSpec? spec = null; // read once
        foreach (EventRow item in write.Events)
        {
            row.Progress(item);
            if (item.Type == EventType.Epoch) epochs.Add(Run.Of(new RowWithPlace(row, null), spec ??= Run.SpecOf(row)));
        }

        write.Apply(row);
        await AddEventsAsync(db, write, sequence);
        if (write.State is RunState state) await EnterAsync(db, row, state);
        if (write.Checkpoint is Checkpoint checkpoint) await AddAsync(db, row, checkpoint);
        foreach (ModelFile file in write.Parameters) await ReplaceAsync(db, row, file);
        return requested;
    }

    private async Task AddEventsAsync(ServiceDb db, RunWrite write, long sequence)
    {
        if (write.Events.FirstOrDefault(item => item.Type == EventType.Iteration) is { Iteration: long next })
            await new LossCurve(db, claim.Order, sequence - (next - 1)).AddAsync(write.Events, CancellationToken.None);
        foreach (EventRow item in write.Events) db.Events.Add(item.Placed(claim.Order, ++sequence));
        if (write.State is RunState state)
            db.Events.Add(new EventRow { Run = claim.Order, Sequence = sequence + 1, Type = EventType.State, State = state, At = time.GetUtcNow().UtcDateTime });
    }

    private async Task EnterAsync(ServiceDb db, RunRow row, RunState state)
    {
        (row.State, row.Requested) = (state, null);
        if (state == RunState.Paused) return;
        row.EndedAt = time.GetUtcNow().UtcDateTime;
        await db.Checkpoints.Where(checkpoint => checkpoint.Run == claim.Order).ExecuteDeleteAsync();
    }

    // The one before stays, for the case that this one is damaged when it is needed; those behind it are of a time that is repeated.
    private async Task AddAsync(ServiceDb db, RunRow run, Checkpoint checkpoint)
    {
        run.Takeovers = 0;
        IQueryable<CheckpointRow> own = db.Checkpoints.Where(row => row.Run == claim.Order);
        long before = await own.Where(row => row.Iteration < checkpoint.Iteration).MaxAsync(row => (long?)row.Iteration) ?? 0;
        await own.Where(row => row.Iteration != before).ExecuteDeleteAsync();
        ContentRow content = await ContentStore.AddAsync(db, checkpoint.WriteTo);
        db.Checkpoints.Add(new CheckpointRow
        {
            Run = claim.Order,
            Iteration = checkpoint.Iteration,
            Attempt = claim.Attempt,
            Content = content.Key,
        });
    }

    private async Task ReplaceAsync(ServiceDb db, RunRow run, ModelFile file)
    {
        await db.Parameters.Where(row => row.Run == claim.Order && row.Which == file.Which).ExecuteDeleteAsync();
        ContentRow content = await ContentStore.AddAsync(db, file.Model.WriteTo);
        db.Parameters.Add(new ParametersRow { Run = claim.Order, Which = file.Which, Iteration = file.Iteration, Content = content.Key });
        if (run.State == RunState.Completed && file.Which == WhichParameters.Best) run.ParametersSha256 = content.Sha256;
    }
}

/// <summary>One transaction of a worker.</summary>
internal sealed record RunWrite
{
    /// <summary>Events without run and sequence, which the writer gives.</summary>
    public IReadOnlyList<EventRow> Events { get; init; } = [];

    /// <summary>Sets the row's progress.</summary>
    public Action<RunRow> Apply { get; init; } = static _ => { };

    /// <summary>The state that the run enters, with its event.</summary>
    public RunState? State { get; init; }

    /// <summary>The request that the state answers; if it is not the run's any more, the state is not entered.</summary>
    public RunRequest? Answers { get; init; }

    /// <summary>A checkpoint, beside which the one before stays; its memory is the writer's until the write has ended.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Parameters that replace those of before.</summary>
    public IReadOnlyList<ModelFile> Parameters { get; init; } = [];

    /// <summary>Whether an epoch's accuracies are among the events.</summary>
    public bool HasEpoch => Events.Any(item => item.Type == EventType.Epoch);
}

/// <summary>A model that is to be kept as the parameters of its run.</summary>
/// <param name="Which">Best or last.</param>
/// <param name="Iteration">The iteration that the parameters come from.</param>
/// <param name="Model">The model to write.</param>
internal sealed record ModelFile(WhichParameters Which, long Iteration, Model Model);

/// <summary>Another attempt has taken the run over, or it is gone; this one stops without a trace.</summary>
internal sealed class FencedException() : Exception("Another attempt has taken this run over.");
