using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Training;
using CnnService.Training.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Runs;

/// <summary>What the worker gets from the database: the run that is next, claimed for it, and what an attempt at it begins with.</summary>
internal sealed partial class RunClaims(
    IDbContextFactory<ServiceDb> databases, DatabaseWriter database, ContentStore contents, DatasetStore datasets, RunNews news,
    AskedRuns asked, TimeProvider time, IOptions<TrainingOptions> options, ILogger<RunClaims> logger)
{
    private const int MostTakeovers = 10; // crashes in a row without a checkpoint between them

    /// <summary>The runs that are running by their row, in their order.</summary>
    public async Task<List<long>> OrphansAsync(CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(run => run.State == RunState.Running).OrderBy(run => run.Order).Select(run => run.Order).ToListAsync(cancel);
    }

    /// <summary>Claims an orphan, or the run that has waited longest; null where there is none.</summary>
    public async Task<RunClaim?> ClaimAsync(long? orphan, CancellationToken cancel)
    {
        RunClaim? claim = await database.WriteAsync(db => ClaimAsync(db, orphan, cancel), cancel);
        if (claim is not null) await news.TryTellAsync(claim.Order);
        return claim;
    }

    /// <summary>What an attempt begins with: the newest checkpoint that is intact, and what has been told of the time after it.</summary>
    public async Task<RunStart> PrepareAsync(RunClaim claim, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        RunRow row = await db.Runs.AsNoTracking().SingleAsync(run => run.Order == claim.Order, cancel);
        CheckpointRow[] checkpoints = await db.Checkpoints.AsNoTracking()
            .Where(c => c.Run == claim.Order).OrderByDescending(c => c.Iteration).ToArrayAsync(cancel);
        if (row.Takeovers > MostTakeovers) throw new CrashedRepeatedlyException(MostTakeovers);
        CheckpointRow? checkpoint = await FirstIntactAsync(claim, checkpoints, cancel);
        long from = checkpoint?.Iteration ?? 0;
        return new RunStart
        {
            Claim = claim,
            Spec = JsonSerializer.Deserialize<RunSpec>(row.Spec, ApiJson.Options)!,
            TotalIterations = row.TotalIterations,
            Dataset = datasets.Load(row.DatasetSha256),
            ReadCheckpoint = checkpoint is null ? null : () => ReadCheckpoint(checkpoint.Content),
            ReadModel = checkpoint is null && await StartAsync(db, claim, cancel) is { } content ? () => ReadModel(content) : null,
            Told = await db.Events.AsNoTracking().Where(e => e.Run == claim.Order && e.Iteration > from).OrderBy(e => e.Sequence).ToListAsync(cancel),
            Threads = options.Value.ThreadsOfARun,
            IsAsked = () => asked.TryTake(claim.Id),
            CheckpointEvery = TimeSpan.FromSeconds(options.Value.CheckpointSeconds),
        };
    }

    /// <summary>Whether a user has asked for a pause or a cancellation; no, where that cannot be read.</summary>
    public async Task<bool> IsAskedToLeaveAsync(RunClaim claim, CancellationToken cancel)
    {
        try
        {
            await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
            return await db.Runs.AnyAsync(run => run.Order == claim.Order && run.Requested != null, cancel);
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            return false;
        }
    }

    // A takeover writes no event: the list must equal that of an undisturbed run.
    private async Task<RunClaim?> ClaimAsync(ServiceDb db, long? orphan, CancellationToken cancel)
    {
        RunRow? row = orphan is null
            ? await db.Runs.Where(run => run.State == RunState.Queued).OrderBy(run => run.Order).FirstOrDefaultAsync(cancel)
            : await db.Runs.SingleOrDefaultAsync(run => run.Order == orphan && run.State == RunState.Running, cancel);
        if (row is null) return null;
        DateTime now = time.GetUtcNow().UtcDateTime;
        row.Takeovers = orphan is null ? 0 : row.Takeovers + 1;
        if (row.State == RunState.Queued) await EventLog.AddStateAsync(db, row.Order, RunState.Running, now, cancel);
        row.State = RunState.Running;
        row.StartedAt ??= now;
        row.Attempts++;
        return new RunClaim(row.Order, row.Id, row.Attempts);
    }

    // The run is repeated from there, and its events are compared with those that were told.
    private async Task<CheckpointRow?> FirstIntactAsync(RunClaim claim, CheckpointRow[] newestFirst, CancellationToken cancel)
    {
        foreach (CheckpointRow checkpoint in newestFirst)
        {
            if (await contents.IsIntactAsync(checkpoint.Content, cancel)) return checkpoint;
            LogDamagedCheckpoint(claim.Id, checkpoint.Iteration);
        }

        return null;
    }

    private static Task<long?> StartAsync(ServiceDb db, RunClaim claim, CancellationToken cancel) =>
        db.Parameters.Where(row => row.Run == claim.Order && row.Which == WhichParameters.Start).Select(row => (long?)row.Content).SingleOrDefaultAsync(cancel);

    private Model ReadModel(long content) =>
        Model.Read(contents.ReadAsync(content, CancellationToken.None).GetAwaiter().GetResult() ?? throw ContentStore.Damaged());

    private Checkpoint ReadCheckpoint(long content) =>
        Checkpoint.Read(contents.ReadAsync(content, CancellationToken.None).GetAwaiter().GetResult() ?? throw ContentStore.Damaged());

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Run {Run}: the checkpoint of iteration {Iteration} is damaged; the run goes on from the one before, or from its beginning.")]
    private partial void LogDamagedCheckpoint(Guid run, long iteration);
}

/// <summary>A run that a worker has claimed.</summary>
/// <param name="Order">The run's key.</param>
/// <param name="Id">Its public id.</param>
/// <param name="Attempt">The fencing token.</param>
internal sealed record RunClaim(long Order, Guid Id, int Attempt);

/// <summary>The process ended again and again before a checkpoint could be written.</summary>
internal sealed class CrashedRepeatedlyException(int times)
    : Exception(
        $"The service ended {times} times in a row while this run was running, before a checkpoint; use a smaller network, or look into the "
        + "service's log.");
