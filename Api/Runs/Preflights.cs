using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Preflight;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Runs;

/// <summary>Tries runs out before they are queued: one at a time, as each takes the threads and the memory of a run.</summary>
internal sealed class Preflights(
    IDbContextFactory<ServiceDb> databases, DatasetStore datasets, IOptions<TrainingOptions> options, ServiceStop stop) : IDisposable
{
    private const double Least = 0.7, Most = 1.5, MostWhenBusy = 2.5; // of what was measured: a machine's speed changes by about that much
    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Measures and looks; 503 after ten seconds of waiting for the others.</summary>
    public async Task<Preflight> LookAsync(CheckedRun run, Model? start, CancellationToken cancel)
    {
        if (!await turn.WaitAsync(TimeSpan.FromSeconds(10), cancel))
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "Others are being tried out; try again.") { RetryAfterSeconds = 5 };
        try
        {
            List<QueuedWork> before = await BeforeAsync(cancel);
            (Trial trial, IReadOnlyList<Finding> findings) =
                await Task.Factory.StartNew(() => Look(run, start, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return Describe(run, trial, [.. findings, .. trial.LossFinding is { } loss ? [loss] : Array.Empty<Finding>()], before);
        }
        finally
        {
            turn.Release();
            _ = SpareMemory.GiveBackSoonAsync(stop.Begun);
        }
    }

    /// <summary>Releases what it holds.</summary>
    public void Dispose() => turn.Dispose();

    private (Trial Trial, IReadOnlyList<Finding> Findings) Look(CheckedRun run, Model? start, CancellationToken cancel)
    {
        Dataset dataset = datasets.Load(run.Dataset.Sha256);
        IReadOnlyList<Finding> findings = DataFindings.Of(run.Spec, dataset);
        return (Trial.Measure(run.Spec, dataset, options.Value.ThreadsOfARun, start, TrialTime, cancel), findings);
    }

    private Preflight Describe(CheckedRun run, Trial trial, IReadOnlyList<Finding> findings, List<QueuedWork> before)
    {
        double secondsPerOperation = trial.SecondsPerImage / trial.OperationsPerImage;
        double waiting = before.Sum(other => other.SecondsLeft ?? other.Operations * secondsPerOperation) / options.Value.ConcurrentRuns;
        double all = waiting + trial.SecondsInAll, least = run.Spec.Stopping is null ? all : waiting + trial.SecondsPerEpoch;
        return new Preflight
        {
            Spec = run.Spec,
            Layers =
            [
                .. run.Network.Describe().Select(layer => new PreflightLayer(
                    layer.Path, layer.Type, [layer.Output.Channels, layer.Output.Height, layer.Output.Width], layer.Parameters, layer.FlopsPerImage)),
            ],
            Parameters = run.Network.ParameterCount,
            Bytes = run.Bytes,
            SecondsPerEpoch = trial.SecondsPerEpoch,
            SecondsToEnd = new SecondsInterval(Least * (before.Count > 0 ? 0.5 : 1) * least, (before.Count > 0 ? MostWhenBusy : Most) * all + 1),
            QueuePosition = before.Count(other => !other.IsRunning) + 1,
            Findings = findings,
        };
    }

    // What runs and waits now; a run whose dataset is gone or another one takes no time, as it fails.
    private async Task<List<QueuedWork>> BeforeAsync(CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        RunRow[] rows = await db.Runs.AsNoTracking().Where(run => run.State == RunState.Running || run.State == RunState.Queued).ToArrayAsync(cancel);
        string[] names = [.. rows.Select(row => row.Dataset).Distinct()];
        Dictionary<string, DatasetRow> known = await db.Datasets.AsNoTracking().Where(row => names.Contains(row.Name)).ToDictionaryAsync(row => row.Name, cancel);
        return [.. rows.Select(row => new QueuedWork(
            row.State == RunState.Running,
            row.State == RunState.Running ? row.SecondsLeft : null,
            known.TryGetValue(row.Dataset, out DatasetRow? dataset) && dataset.Sha256 == row.DatasetSha256 ? RunChecks.OperationsLeft(row, dataset) : 0))];
    }

    /// <summary>A run before another one.</summary>
    /// <param name="IsRunning">Whether it runs already.</param>
    /// <param name="SecondsLeft">What is left of it, where that was measured.</param>
    /// <param name="Operations">Floating-point operations that are left.</param>
    private sealed record QueuedWork(bool IsRunning, double? SecondsLeft, double Operations);
}
