using System.Runtime.CompilerServices;
using CnnService.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>The one reader of committed events, behind REST, server-sent events and the hub, so that all clients see the same list.</summary>
internal sealed class EventReader(IDbContextFactory<ServiceDb> databases, EventBell bell)
{
    private const int PageLength = 1000; // short reads: an open one keeps the write-ahead log from being reused

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
            List<RunEvent> page = await PageAsync(run, after, PageLength, cancel);
            foreach (RunEvent item in page)
            {
                yield return item;
                if (item.IsLast) yield break;
                after = item.Sequence;
            }

            if (page.Count > 0) continue;
            if (await HasEndedAsync(run, after, cancel)) yield break;
            await next.WaitAsync(cancel);
        }
    }

    /// <summary>Whether no event above <paramref name="after"/> will ever come.</summary>
    public async Task<bool> HasEndedAsync(long run, long after, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        bool alive = await db.Runs.AnyAsync(
            r => r.Order == run && (r.State == RunState.Queued || r.State == RunState.Running || r.State == RunState.Paused), cancel);
        return !alive && !await db.Events.AnyAsync(e => e.Run == run && e.Sequence > after && db.Runs.Any(r => r.Order == run), cancel);
    }
}
