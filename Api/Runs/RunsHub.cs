using System.Runtime.CompilerServices;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>The messages that the hub sends to its clients.</summary>
public interface IRunClient
{
    /// <summary>A run has changed its state or finished an epoch.</summary>
    Task RunChanged(Run run);
}

/// <summary>Runs, live: the same events as REST.</summary>
internal sealed class RunsHub(IDbContextFactory<ServiceDb> databases, EventReader reader, ServiceStop stop) : Hub<IRunClient>
{
    /// <summary>The group of those who watch all runs.</summary>
    public const string All = "all";

    /// <summary>Streams the events of a run with a sequence above <paramref name="after"/>; open while it is paused, ends after its last event.</summary>
    public async IAsyncEnumerable<RunEvent> Watch(string runId, long after, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (after < 0) throw new HubException($"after is {after}; give a sequence number from 0.");
        long run = await FindAsync(runId, cancel);
        await foreach (RunEvent item in reader.FollowAsync(run, after, cancel))
        {
            yield return item;
            // The connection ends; a stream that ended before it would look complete.
            if (stop.Begun.IsCancellationRequested) await Task.Delay(Timeout.Infinite, cancel);
        }
    }

    /// <summary>Subscribes the caller to <see cref="IRunClient.RunChanged"/>.</summary>
    public Task WatchAll() => Groups.AddToGroupAsync(Context.ConnectionId, All, Context.ConnectionAborted);

    private async Task<long> FindAsync(string runId, CancellationToken cancel)
    {
        if (Guid.TryParse(runId, out Guid id))
        {
            await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
            if (await db.Runs.Where(run => run.Id == id).Select(run => (long?)run.Order).SingleOrDefaultAsync(cancel) is long order) return order;
        }

        throw new HubException($"Run {runId} not found.");
    }
}
