using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>The parameters that a run has, without their bytes, which can be many.</summary>
/// <param name="Content">The content that holds the model file.</param>
/// <param name="Sha256">The file's hash.</param>
/// <param name="Iteration">The iteration they come from.</param>
/// <param name="Fitting">The way in which the pictures that they were learned from came to size.</param>
internal sealed record StoredParameters(long Content, string Sha256, long Iteration, Fitting Fitting)
{
    /// <summary>Those of a run. A problem: 404 without the run, 409 before its first parameters.</summary>
    public static async Task<StoredParameters> FindAsync(ServiceDb db, Guid runId, WhichParameters which, CancellationToken cancel)
    {
        var run = await db.Runs.AsNoTracking().Where(run => run.Id == runId).Select(run => new { run.Order, run.State, run.Fitting }).SingleOrDefaultAsync(cancel)
            ?? throw ProblemException.NotFound($"Run {runId}");
        var stored =
            from row in db.Parameters
            where row.Run == run.Order && row.Which == which
            join content in db.Contents on row.Content equals content.Key
            select new { content.Key, content.Sha256, row.Iteration };
        if (await stored.SingleOrDefaultAsync(cancel) is not { } found)
            throw None(run.State, which == WhichParameters.Last && await db.Parameters.AnyAsync(row => row.Run == run.Order && row.Which == WhichParameters.Best, cancel));
        return new StoredParameters(found.Key, found.Sha256, found.Iteration, Fitting.Of(run.Fitting));
    }

    private static ProblemException None(RunState state, bool hasBest)
    {
        bool goesOn = state is RunState.Queued or RunState.Running or RunState.Paused;
        return ProblemException.Conflict((hasBest, goesOn) switch
        {
            (true, true) => $"The run is {Name(state)}; its last parameters come when it has completed. Ask for the best ones meanwhile.",
            (true, false) => $"The run is {Name(state)}, and only a completed one has last parameters. Ask for the best ones.",
            (false, true) => $"The run is {Name(state)} and has no parameters yet; they come with its first checkpoint.",
            _ => $"The run is {Name(state)} and has no parameters; train again.",
        });
    }

    private static string Name(RunState state) => state.ToString().ToLowerInvariant();
}
