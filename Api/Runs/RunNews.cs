using System.Collections.Concurrent;
using CnnService.Api.Data;
using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>Tells the clients what was committed: rings for those who follow events, and sends the run to those who watch all.</summary>
internal sealed class RunNews(
    IDbContextFactory<ServiceDb> databases, IHubContext<RunsHub, IRunClient> hub, EventBell eventBell, RunTroubles troubles)
{
    private const int SendsLimit = 1000;
    private int sends; // that some client has not taken yet

    /// <summary>The bell of committed events.</summary>
    public EventBell EventBell => eventBell;

    /// <summary>The run as it is now; null if it is deleted.</summary>
    public async Task<Run?> ReadAsync(long order, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        RowWithPlace? row = await db.Runs.AsNoTracking().Where(r => r.Order == order).Select(Run.WithPlace(db))
            .SingleOrDefaultAsync(cancel);
        return row is null ? null : troubles.Of(row);
    }

    /// <summary>
    /// Rings, sends the run to those who watch all, and returns it; null if somebody has deleted it since the commit that is told. A commit
    /// is told also when the client who asked for it has gone.
    /// </summary>
    public async Task<Run?> TellAsync(long order)
    {
        eventBell.Bell.Ring();
        Run? run = await ReadAsync(order, CancellationToken.None);
        // Not awaited: a client that reads slowly must hold up neither a request nor a run.
        if (run is not null) _ = SendAsync(run);
        return run;
    }

    /// <summary>
    /// Sends a run as it was after an epoch that others have followed since. Where a client has not taken the last 1,000, it is left out for all, as
    /// what waits for clients takes memory.
    /// </summary>
    public void TellEpoch(Run run)
    {
        if (Volatile.Read(ref sends) < SendsLimit) _ = SendAsync(run);
    }

    private async Task SendAsync(Run run)
    {
        Interlocked.Increment(ref sends);
        try
        {
            await hub.Clients.Group(RunsHub.All).RunChanged(run);
        }
        finally
        {
            Interlocked.Decrement(ref sends);
        }
    }

    /// <summary>
    /// The same for a worker, whose commit stands whether or not it can be told: a database that cannot be read is no failure of the run.
    /// </summary>
    public async Task TryTellAsync(long order)
    {
        try
        {
            await TellAsync(order);
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            // Those who follow events were rung; those who watch all see the next change.
        }
    }

    /// <summary>Tells that a run cannot store its progress, and why; null when it can again.</summary>
    public Task TellTroubleAsync(RunClaim claim, StorageFailure? failure) =>
        troubles.Set(claim.Id, failure) ? TryTellAsync(claim.Order) : Task.CompletedTask;
}

/// <summary>
/// The failures that keep running runs from storing their progress. They cannot be stored themselves, so they are kept in memory, and each
/// is shown as its run's failure while the run goes on trying.
/// </summary>
internal sealed class RunTroubles
{
    private readonly ConcurrentDictionary<Guid, RunFailure> failures = [];

    /// <summary>Whether this is news.</summary>
    public bool Set(Guid run, StorageFailure? failure)
    {
        if (failure is null) return failures.TryRemove(run, out _);
        var told = new RunFailure(
            FailureCodes.Storage,
            $"The run's progress cannot be stored now. {failure.Words} The run goes on by itself when it can.",
            null);
        return failures.TryGetValue(run, out RunFailure? before)
            ? before != told && failures.TryUpdate(run, told, before)
            : failures.TryAdd(run, told);
    }

    /// <summary>The run as clients see it.</summary>
    public Run Of(RowWithPlace placed)
    {
        var run = Run.Of(placed);
        return run.State == RunState.Running && failures.TryGetValue(run.Id, out RunFailure? failure)
            ? run with { Failure = failure }
            : run;
    }
}
