using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>
/// Removes what nothing needs: what deleted runs hold, and contents that no row points to. It does so in slices, between which others
/// write: a run of 1,000,000 events, deleted at once, held every writer up for 4.3 seconds. After a deleted run the file's free pages go
/// back to the disk.
/// </summary>
internal sealed partial class Sweeper(DatabaseWriter database, ContentStore contents, TimeProvider time, ILogger<Sweeper> log)
    : BackgroundService
{
    // A slice of any kind takes some 20 ms, besides its commit.
    private const int RowsPerSlice = 5000, PiecesPerSlice = 16, PagesPerSlice = 500;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromMinutes(1); // contents that were held when it looked
    private readonly SemaphoreSlim wake = new(1);
    private bool shrinks; // whether free pages are to go

    /// <summary>Looks for something to remove; called after a commit that may have left something.</summary>
    public void Wake()
    {
        if (wake.CurrentCount == 0) wake.Release();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await wake.WaitAsync(AtLeastEvery, stoppingToken);
                while (await SweepAsync(stoppingToken)) stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    // Whether there may be more.
    private async Task<bool> SweepAsync(CancellationToken cancel)
    {
        try
        {
            if (await database.WriteAsync(db => SweepAsync(db, cancel), cancel)) return true;
            if (shrinks) await database.CheckpointAsync(cancel);
            return shrinks = false;
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            LogPostponed(e);
            await Task.Delay(RetryAfter, time, cancel);
            return true;
        }
    }

    private async Task<bool> SweepAsync(ServiceDb db, CancellationToken cancel)
    {
        IQueryable<RunRow> removed = db.Runs.IgnoreQueryFilters().Where(run => run.Removed);
        if (await removed.Select(run => (long?)run.Order).FirstOrDefaultAsync(cancel) is long run)
        {
            await RemoveFromAsync(db, run, cancel);
            return true;
        }

        long[] held = contents.Held;
        IQueryable<ContentRow> unused = db.Contents.Where(content => !held.Contains(content.Key)
            && !db.Checkpoints.Any(row => row.Content == content.Key) && !db.Parameters.Any(row => row.Content == content.Key));
        if (await unused.Select(content => (long?)content.Key).FirstOrDefaultAsync(cancel) is long key)
        {
            if (contents.TryTakeOut(key)) await RemoveFromContentAsync(db, key, cancel);
            return true;
        }

        contents.ForgetTakenOut();
        return shrinks && await ShrinkAsync(db, cancel);
    }

    private async Task RemoveFromAsync(ServiceDb db, long run, CancellationToken cancel)
    {
        IQueryable<EventRow> events = db.Events.Where(row => row.Run == run);
        if (await events.MinAsync(row => (long?)row.Sequence, cancel) is long first)
        {
            await events.Where(row => row.Sequence < first + RowsPerSlice).ExecuteDeleteAsync(cancel);
            return;
        }

        IQueryable<LossWindowRow> windows = db.LossWindows.Where(row => row.Run == run);
        if (await windows.AsNoTracking().OrderBy(row => row.Level).ThenBy(row => row.Number).FirstOrDefaultAsync(cancel) is { } window)
        {
            await windows.Where(row => row.Level == window.Level && row.Number < window.Number + RowsPerSlice).ExecuteDeleteAsync(cancel);
            return;
        }

        await db.Runs.IgnoreQueryFilters().Where(row => row.Order == run).ExecuteDeleteAsync(cancel); // with its pointers to contents
        shrinks = true;
    }

    private static async Task RemoveFromContentAsync(ServiceDb db, long key, CancellationToken cancel)
    {
        IQueryable<PieceRow> pieces = db.Pieces.Where(row => row.Content == key);
        if (await pieces.MinAsync(row => (int?)row.Number, cancel) is int first)
            await pieces.Where(row => row.Number < first + PiecesPerSlice).ExecuteDeleteAsync(cancel);
        else
            await db.Contents.Where(row => row.Key == key).ExecuteDeleteAsync(cancel);
    }

    private static async Task<bool> ShrinkAsync(ServiceDb db, CancellationToken cancel)
    {
        long free = await db.Database.SqlQueryRaw<long>("SELECT freelist_count AS Value FROM pragma_freelist_count").SingleAsync(cancel);
        if (free == 0) return false;
        await db.Database.ExecuteSqlRawAsync($"PRAGMA incremental_vacuum({PagesPerSlice})", cancel);
        return await db.Database.SqlQueryRaw<long>("SELECT freelist_count AS Value FROM pragma_freelist_count").SingleAsync(cancel) < free;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is not needed any more cannot be removed now; trying again.")]
    private partial void LogPostponed(Exception exception);
}
