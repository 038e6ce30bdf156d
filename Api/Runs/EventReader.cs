using System.Runtime.CompilerServices;
using CnnService.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>The one reader of committed events, behind REST, server-sent events and the hub, so that all clients see the same list.</summary>
internal sealed class EventReader(IDbContextFactory<ServiceDb> databases, EventBell bell)
{
    private const int PageLength = 1000; // short reads: an open one keeps the write-ahead log from being reused
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100); // a fast run is told in groups, which take less from training
    private volatile Shared? shared;

    /// <summary>A page of events with a sequence above <paramref name="after"/>.</summary>
    public async Task<List<RunEvent>> PageAsync(long run, long after, int limit, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        // The events of a deleted run go from the first on, so that a reader in their middle would see a gap.
        List<EventRow> rows = await db.Events.AsNoTracking()
            .Where(e => e.Run == run && e.Sequence > after && db.Runs.Any(r => r.Order == run))
            .OrderBy(e => e.Sequence).Take(limit).ToListAsync(cancel);
        int? validationImages = rows.Any(row => row.Type == EventType.Epoch)
            ? await db.Runs.Where(r => r.Order == run).Select(r => r.ValidationImages).SingleOrDefaultAsync(cancel)
            : null;
        return [.. rows.Select(row => RunEvent.Of(row, validationImages))];
    }

    /// <summary>All events above <paramref name="after"/>, those to come too; ends after the run's last event, or when the run is gone.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(long run, long after, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            Task next = bell.Bell.Next;
            List<RunEvent> page = await SharedPageAsync(next, run, after, cancel);
            foreach (RunEvent item in page)
            {
                yield return item;
                if (item.IsLast) yield break;
                after = item.Sequence;
            }

            if (page.Count == PageLength) continue;
            if (page.Count == 0 && await HasEndedAsync(run, after, cancel)) yield break;
            await next.WaitAsync(cancel);
            await Task.Delay(Gathering, cancel);
        }
    }

    // Clients that follow a run are at the same event nearly always, so one of them reads the next ones for all.
    private async Task<List<RunEvent>> SharedPageAsync(Task next, long run, long after, CancellationToken cancel)
    {
        Shared? page = shared;
        if (page is null || !page.IsOf(next, run, after))
            shared = page = new Shared(next, run, after, Task.Run(() => PageAsync(run, after, PageLength, CancellationToken.None), CancellationToken.None));
        return await page.Events.WaitAsync(cancel);
    }

    /// <summary>Whether no event above <paramref name="after"/> will ever come.</summary>
    public async Task<bool> HasEndedAsync(long run, long after, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        bool alive = await db.Runs.AnyAsync(
            r => r.Order == run && (r.State == RunState.Queued || r.State == RunState.Running || r.State == RunState.Paused), cancel);
        return !alive && !await db.Events.AnyAsync(e => e.Run == run && e.Sequence > after && db.Runs.Any(r => r.Order == run), cancel);
    }

    // A page that was read after a ring of the bell and before the next one.
    private sealed record Shared(Task Next, long Run, long After, Task<List<RunEvent>> Events)
    {
        public bool IsOf(Task next, long run, long after) => (Next, Run, After) == (next, run, after) && !Events.IsFaulted;
    }
}
