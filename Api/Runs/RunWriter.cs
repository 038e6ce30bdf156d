using System.Security.Cryptography;
using CnnService.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace CnnService.Api.Runs;

/// <summary>
/// All writes of one attempt at a run. Each is one transaction that begins with the attempt's number as fencing token: when another worker has
/// taken the run over, nothing is written and <see cref="FencedException"/> is thrown.
/// </summary>
internal sealed class RunWriter(IDbContextFactory<ServiceDb> databases, RunNews news, TimeProvider time, RunClaim claim)
{
    private string? savedBest;

    /// <summary>Commits what has happened, then tells it; returns what a user has asked the run to do.</summary>
    public async Task<RunRequest?> WriteAsync(RunWrite write)
    {
        RunRequest? requested;
        await using (ServiceDb db = await databases.CreateDbContextAsync())
        await using (IDbContextTransaction transaction = await db.Database.BeginTransactionAsync())
        {
            RunRow row = await db.Runs.SingleOrDefaultAsync(r => r.Order == claim.Order && r.Attempts == claim.Attempt && r.State == RunState.Running)
                ?? throw new FencedException();
            requested = row.Requested;
            write.Apply(row);
            await AddEventsAsync(db, write);
            if (write.State is RunState state) await EnterAsync(db, row, state);
            if (write.Checkpoint is CheckpointRow checkpoint) await ReplaceAsync(db, db.Checkpoints.Where(c => c.Run == claim.Order), checkpoint);
            foreach (ParametersRow parameters in write.Parameters)
                await ReplaceAsync(db, db.Parameters.Where(p => p.Run == claim.Order && p.Which == parameters.Which), parameters);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        if (write.State is not null || write.HasEpoch) await news.TellAsync(claim.Order, CancellationToken.None);
        else if (write.Events.Count > 0) news.EventBell.Bell.Ring();
        return requested;
    }

    /// <summary>The best parameters' row, if they are not the ones saved last.</summary>
    public ParametersRow? BestIfNew(WhichParameters which, long iteration, Func<byte[]> content)
    {
        string key = $"{which} {iteration}";
        if (savedBest == key) return null;
        savedBest = key;
        return Row(which, iteration, content());
    }

    /// <summary>A parameters' row.</summary>
    public ParametersRow Row(WhichParameters which, long iteration, byte[] content) =>
        new() { Run = claim.Order, Which = which, Iteration = iteration, Content = content, Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)) };

    private async Task AddEventsAsync(ServiceDb db, RunWrite write)
    {
        if (write.Events.Count == 0 && write.State is null) return;
        long sequence = await EventLog.LastSequenceAsync(db, claim.Order, CancellationToken.None);
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

    private static async Task ReplaceAsync<T>(ServiceDb db, IQueryable<T> old, T row)
        where T : class
    {
        await old.ExecuteDeleteAsync();
        db.Add(row);
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

    /// <summary>A checkpoint that replaces the last one.</summary>
    public CheckpointRow? Checkpoint { get; init; }

    /// <summary>Parameters that replace those of before.</summary>
    public IReadOnlyList<ParametersRow> Parameters { get; init; } = [];

    /// <summary>Whether an epoch's accuracies are among the events.</summary>
    public bool HasEpoch => Events.Any(item => item.Type == EventType.Epoch);
}

/// <summary>A run that a worker has claimed.</summary>
/// <param name="Order">The run's key.</param>
/// <param name="Id">Its public id.</param>
/// <param name="Attempt">The fencing token.</param>
internal sealed record RunClaim(long Order, Guid Id, int Attempt);

/// <summary>Another attempt has taken the run over, or it is gone; this one stops without a trace.</summary>
internal sealed class FencedException() : Exception("Another attempt has taken this run over.");
