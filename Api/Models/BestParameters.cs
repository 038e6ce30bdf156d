using System.Collections.Concurrent;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Models;

/// <summary>Which parameters are the best of which run. Answers are remembered until something is committed, as asking takes longer than predicting.</summary>
internal sealed class BestParameters(IDbContextFactory<ServiceDb> databases, CommitCount commits)
{
    private volatile Snapshot remembered = new(0);

    /// <summary>Those of a run as of the last commit. A problem: 404 without the run, 409 before its first parameters.</summary>
    public async ValueTask<StoredParameters> FindAsync(Guid runId, CancellationToken cancel)
    {
        long count = commits.Read(); // before the question, so that an answer is at least as new as what it is remembered for
        Snapshot snapshot = remembered;
        if (snapshot.CommitCount != count) remembered = snapshot = new Snapshot(count);
        if (snapshot.Answers.TryGetValue(runId, out StoredParameters? known)) return known;
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        return snapshot.Answers[runId] = await StoredParameters.FindAsync(db, runId, WhichParameters.Best, cancel);
    }

    private sealed record Snapshot(long CommitCount)
    {
        public ConcurrentDictionary<Guid, StoredParameters> Answers { get; } = [];
    }
}
