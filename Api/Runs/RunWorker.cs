using System.Collections.Concurrent;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Runs;

/// <summary>
/// Claims queued runs in their order and trains each on a thread of its own. The data directory has one owner, so at start every run that is
/// running belongs to a process that is gone: it is taken over, with a new attempt.
/// </summary>
internal sealed partial class RunWorker(
    RunClaims claims, DatabaseWriter database, Sweeper sweeper, QueueBell bell, RunNews news, AskedRuns asked, TimeProvider time,
    IOptions<TrainingOptions> options, ServiceStop stop, ILogger<RunWorker> logger)
    : BackgroundService
{
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
            var orphans = new Queue<long>(await RetryAsync(() => claims.OrphansAsync(stopping.Token), stopping.Token));
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
            if (await RetryAsync(() => claims.ClaimAsync(orphan, stopping), stopping) is RunClaim claim) await RunAsync(claim, stopping);
            else if (orphan is null) await changed.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A database that is full, busy or out of reach stops neither the worker nor the service.
    private async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (StorageFailure.Of(e) is { Passes: true })
            {
                LogTryingAgain(e);
                await Task.Delay(RetryAfter, time, stopping);
            }
        }
    }

    private async Task RunAsync(RunClaim claim, CancellationToken stopping)
    {
        var writer = new RunWriter(database, sweeper, news, time, claim, stopping);
        try
        {
            await TrainAsync(claim, writer, stopping);
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
            await FailAsync(writer, claim, e);
        }
        catch (Exception)
        {
            // It failed by the end of the service around it, and goes on from its last checkpoint.
        }
        finally
        {
            training.TryRemove(claim.Id, out _);
            asked.TryTake(claim.Id);
        }
    }

    // A run that cannot be read tells it to those who watch, and tries again by itself, unless its user wants it to leave.
    private async Task TrainAsync(RunClaim claim, RunWriter writer, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                RunStart start = await claims.PrepareAsync(claim, stopping);
                await news.TellTroubleAsync(claim, null);
                await TrainAsync(start, writer);
                return;
            }
            catch (Exception e) when (StorageFailure.Of(e) is { Passes: true } failure && !stopping.IsCancellationRequested)
            {
                LogTryingAgain(e);
                await news.TellTroubleAsync(claim, failure);
                await Task.Delay(RetryAfter, time, stopping);
                if (await claims.IsAskedToLeaveAsync(claim, stopping)) throw;
            }
        }
    }

    private async Task TrainAsync(RunStart start, RunWriter writer)
    {
        RunClaim claim = start.Claim;
        LogStarted(claim.Id, claim.Attempt);
        training[claim.Id] = claim;
        // The token that is not linked: who looks at it sees it before the first of those that are told of it, and the hub holds up the
        // others while it closes its connections.
        SpareMemory.GiveBack(); // of a pre-flight or a run that was just before
        try
        {
            await OnOwnThread(() => new RunSession(start, writer, time, logger, abandoned.Token).Execute(stop.Begun), claim.Id);
        }
        finally
        {
            _ = SpareMemory.GiveBackSoonAsync(stop.Begun);
        }

        LogStopped(claim.Id);
    }

    private async Task FailAsync(RunWriter writer, RunClaim claim, Exception e)
    {
        (RunState state, RunFailure failure) = RunFailures.Of(e);
        LogFailed(e, claim.Id, failure.Code);
        try
        {
            await writer.WriteAsync(new RunWrite
            {
                State = state,
                Apply = row =>
                    (row.FailureCode, row.FailureMessage, row.FailureIteration) = (failure.Code, failure.Message, failure.Iteration),
            });
        }
        catch (Exception other) when (other is FencedException || StorageFailure.Of(other) is not null)
        {
            LogFailureNotStored(other, claim.Id);
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

    [LoggerMessage(6, LogLevel.Warning, "Run {Run}: its failure cannot be stored; the next attempt meets it again.")]
    private partial void LogFailureNotStored(Exception exception, Guid run);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "Run {Run}: the storage failed while the service stopped. The run goes on from its last checkpoint.")]
    private partial void LogNotStoredAtTheEnd(Exception exception, Guid run);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "Run {Run} was abandoned: a stop cannot wait for its iteration. It goes on from its last checkpoint.")]
    private partial void LogAbandoned(Guid run);
}
