using System.Collections.Concurrent;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Runs;

/// <summary>
/// Claims queued runs in their order and trains each on a thread of its own. The data directory has one owner, so at start every run that is
/// running belongs to a process that is gone: it is taken over, with a new attempt.
/// </summary>
internal sealed partial class RunWorker(
    IDbContextFactory<ServiceDb> databases, DatabaseWriter database, ContentStore contents, Sweeper sweeper, DatasetStore datasets,
    QueueBell bell, RunNews news, TimeProvider time, IOptions<TrainingOptions> options, ServiceStop stop, ILogger<RunWorker> logger)
    : BackgroundService
{
    private const int MostTakeovers = 10; // crashes in a row without a checkpoint between them
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Guid, RunClaim> training = [];
    private readonly CancellationTokenSource abandoned = new(); // what still trains then writes nothing, and its failures are none

    /// <summary>Whether runs are being claimed.</summary>
    public bool IsAlive => ExecuteTask is { IsCompleted: false };

    /// <summary>Waits until the runs have written their checkpoints; those that have not by the service's limit are abandoned.</summary>
    /// <param name="cancellationToken">The web server's limit, which is none for runs.</param>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(stop.Limit);
        await abandoned.CancelAsync();
        foreach (Guid run in training.Keys) LogAbandoned(run);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        abandoned.Cancel(); // of a start that failed
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The worker's own token comes when the web server has stopped, or when a start has failed.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, stop.Begun);
        try
        {
            var orphans = new Queue<long>(await RetryAsync(() => OrphansAsync(stopping.Token), stopping.Token));
            await Task.WhenAll(Enumerable.Range(0, options.Value.ConcurrentRuns).Select(_ => WorkAsync(orphans, stopping.Token)));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task WorkAsync(Queue<long> orphans, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task changed = bell.Bell.Next;
            long? orphan;
            lock (orphans) orphan = orphans.TryDequeue(out long order) ? order : null;
            if (await RetryAsync(() => ClaimAsync(orphan, stopping), stopping) is RunClaim claim) await RunAsync(claim, stopping);
            else if (orphan is null) await changed.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A database that is full, busy or out of reach stops neither the worker nor the service, and a run that waits for it says so.
    private async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken stopping, RunClaim? claim = null)
    {
        while (true)
        {
            try
            {
                T result = await work();
                if (claim is not null) await news.TellTroubleAsync(claim, null);
                return result;
            }
            catch (Exception e) when (StorageFailure.Of(e) is { Passes: true } failure)
            {
                LogTryingAgain(e);
                if (claim is not null) await news.TellTroubleAsync(claim, failure);
                await Task.Delay(RetryAfter, time, stopping);
            }
        }
    }

    private async Task<List<long>> OrphansAsync(CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(run => run.State == RunState.Running).OrderBy(run => run.Order).Select(run => run.Order).ToListAsync(cancel);
    }

    private async Task<RunClaim?> ClaimAsync(long? orphan, CancellationToken cancel)
    {
        RunClaim? claim = await database.WriteAsync(db => ClaimAsync(db, orphan, cancel), cancel);
        if (claim is not null) await news.TryTellAsync(claim.Order);
        return claim;
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

    private async Task RunAsync(RunClaim claim, CancellationToken stopping)
    {
        var writer = new RunWriter(database, sweeper, news, time, claim, stopping);
        try
        {
            RunStart start = await RetryAsync(() => PrepareAsync(claim, stopping), stopping, claim);
            LogStarted(claim.Id, claim.Attempt);
            training[claim.Id] = claim;
            // The token that is not linked: who looks at it sees it before the first of those that are told of it, and the hub holds up the
            // others while it closes its connections.
            await OnOwnThread(() => new RunSession(start, writer, time, logger, abandoned.Token).Execute(stop.Begun), claim.Id);
            LogStopped(claim.Id);
        }
        catch (FencedException)
        {
            LogFenced(claim.Id, claim.Attempt);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception e) when (stopping.IsCancellationRequested && StorageFailure.Of(e) is not null)
        {
            LogNotStoredAtTheEnd(e, claim.Id);
        }
        catch (Exception e) when (!abandoned.IsCancellationRequested)
        {
            await FailAsync(writer, claim, e, stopping);
        }
        catch (Exception)
        {
            // It failed by the end of the service around it, and goes on from its last checkpoint.
        }
        finally
        {
            training.TryRemove(claim.Id, out _);
        }
    }

    private async Task<RunStart> PrepareAsync(RunClaim claim, CancellationToken cancel)
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
            Dataset = datasets.Load(row.DatasetSha256),
            ReadCheckpoint = checkpoint is null ? null : () => ReadCheckpoint(checkpoint.Content),
            Told = await db.Events.AsNoTracking().Where(e => e.Run == claim.Order && e.Iteration > from).OrderBy(e => e.Sequence).ToListAsync(cancel),
            Threads = Math.Max(1, (options.Value.Threads == 0 ? Environment.ProcessorCount : options.Value.Threads) / options.Value.ConcurrentRuns),
            CheckpointEvery = TimeSpan.FromSeconds(options.Value.CheckpointSeconds),
        };
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

    private Checkpoint ReadCheckpoint(long content) =>
        Checkpoint.Read(contents.ReadAsync(content, CancellationToken.None).GetAwaiter().GetResult() ?? throw ContentStore.Damaged());

    private async Task FailAsync(RunWriter writer, RunClaim claim, Exception e, CancellationToken stopping)
    {
        (RunState state, string code, long? iteration) = e switch
        {
            DivergedException diverged => (RunState.Failed, FailureCodes.NonFiniteLoss, diverged.Iteration),
            NotReproducedException other => (RunState.Failed, FailureCodes.NotReproduced, other.Iteration),
            CrashedRepeatedlyException => (RunState.Failed, FailureCodes.CrashedRepeatedly, null),
            OutOfMemoryException => (RunState.Failed, FailureCodes.OutOfMemory, null),
            InvalidInputException { Part: "numerics" } => (RunState.Failed, FailureCodes.IncompatibleNumerics, null),
            _ when e is DamagedContentException or IOException || StorageFailure.Of(e) is not null =>
                (RunState.Paused, FailureCodes.Storage, null),
            _ => (RunState.Failed, FailureCodes.Internal, (long?)null),
        };
        LogFailed(e, claim.Id, code);
        string message = code switch
        {
            FailureCodes.Internal => "The run failed; the service's log tells why.",
            FailureCodes.Storage when e is DamagedContentException => e.Message,
            FailureCodes.Storage when StorageFailure.Of(e) is { } failure =>
                $"The run's progress could not be stored. {failure.Words} Then resume the run.",
            FailureCodes.Storage => "The run's progress could not be stored; look at the disk and the service's log, then resume the run.",
            FailureCodes.OutOfMemory => "There was not enough memory; use a smaller network or batchSize.",
            _ => e.Message,
        };
        await StoreAsync(writer, new RunWrite
        {
            State = state,
            Apply = row => (row.FailureCode, row.FailureMessage, row.FailureIteration) = (code, message, iteration),
        }, stopping);
    }

    // On a full disk the failure itself finds no room: it is stored as soon as there is some, or by the attempt after a restart.
    private async Task StoreAsync(RunWriter writer, RunWrite write, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await writer.WriteAsync(write);
                return;
            }
            catch (FencedException)
            {
                return;
            }
            catch (Exception e) when (StorageFailure.Of(e) is not null)
            {
                LogCannotStore(e);
                await Task.Delay(RetryAfter, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static Task OnOwnThread(Action work, Guid run)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = $"Run {run}" }.Start();
        return done.Task;
    }

    [LoggerMessage(1, LogLevel.Information, "Run {Run} is running, attempt {Attempt}.")]
    private partial void LogStarted(Guid run, int attempt);

    [LoggerMessage(2, LogLevel.Information, "Run {Run} has left its thread.")]
    private partial void LogStopped(Guid run);

    [LoggerMessage(3, LogLevel.Warning, "Run {Run} was taken over from attempt {Attempt}.")]
    private partial void LogFenced(Guid run, int attempt);

    [LoggerMessage(4, LogLevel.Error, "Run {Run} failed: {Code}.")]
    private partial void LogFailed(Exception exception, Guid run, string code);

    [LoggerMessage(5, LogLevel.Warning, "The database cannot do what the worker needs; trying again.")]
    private partial void LogTryingAgain(Exception exception);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "Run {Run}: the checkpoint of iteration {Iteration} is damaged; the run goes on from the one before, or from its beginning.")]
    private partial void LogDamagedCheckpoint(Guid run, long iteration);

    [LoggerMessage(6, LogLevel.Warning, "A run's failure cannot be stored; trying again.")]
    private partial void LogCannotStore(Exception exception);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "Run {Run}: its last iterations could not be stored before the end. It goes on from its last checkpoint.")]
    private partial void LogNotStoredAtTheEnd(Exception exception, Guid run);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "Run {Run} was abandoned: a stop cannot wait for its iteration. It goes on from its last checkpoint.")]
    private partial void LogAbandoned(Guid run);
}

/// <summary>The process ended again and again before a checkpoint could be written.</summary>
internal sealed class CrashedRepeatedlyException(int times)
    : Exception($"The service ended {times} times in a row while this run was running, before a checkpoint; use a smaller network, or look into the service's log.");
