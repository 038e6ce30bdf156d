using System.Collections.Concurrent;

namespace CnnService.Api.Runs;

/// <summary>
/// The running runs whose user has just asked them for something. What it is stands in the run's row, which a worker reads with its next
/// write only; a run of a tenth of a second would have ended by then.
/// </summary>
internal sealed class AskedRuns
{
    private readonly ConcurrentDictionary<Guid, bool> asked = [];

    /// <summary>Tells a run's worker, once the request is committed.</summary>
    public void Tell(Guid run) => asked[run] = true;

    /// <summary>Whether the run was told since this was asked last.</summary>
    public bool TryTake(Guid run) => !asked.IsEmpty && asked.TryRemove(run, out _);
}
