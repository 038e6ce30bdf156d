using CnnService.Api.Data;
using CnnService.Api.Hosting;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Models;

/// <summary>Which parameters a run has, without their content, which can be large.</summary>
/// <param name="Run">The run's row.</param>
/// <param name="Which">Best or last.</param>
/// <param name="Sha256">The content's hash.</param>
/// <param name="Iteration">The iteration they come from.</param>
internal sealed record StoredParameters(long Run, WhichParameters Which, string Sha256, long Iteration)
{
    /// <summary>Those of a run. A problem: 404 without the run, 409 before its first parameters.</summary>
    public static async Task<StoredParameters> FindAsync(ServiceDb db, Guid runId, WhichParameters which, CancellationToken cancel)
    {
        var run = await db.Runs.AsNoTracking().Where(run => run.Id == runId).Select(run => new { run.Order, run.State }).SingleOrDefaultAsync(cancel)
            ?? throw ProblemException.NotFound($"Run {runId}");
        return await db.Parameters.AsNoTracking().Where(row => row.Run == run.Order && row.Which == which)
            .Select(row => new StoredParameters(row.Run, row.Which, row.Sha256, row.Iteration)).SingleOrDefaultAsync(cancel)
            ?? throw None(run.State);
    }

    /// <summary>The content, which may by now be that of a later iteration.</summary>
    public async Task<ParametersRow> LoadAsync(ServiceDb db, CancellationToken cancel) =>
        await db.Parameters.AsNoTracking().SingleOrDefaultAsync(row => row.Run == Run && row.Which == Which, cancel)
        ?? throw ProblemException.NotFound("The run"); // deleted between two reads

    private static ProblemException None(RunState state) => ProblemException.Conflict(state is RunState.Queued or RunState.Running or RunState.Paused
        ? $"The run is {Name(state)} and has no parameters yet; they come with its first checkpoint."
        : $"The run is {Name(state)} and has no parameters; train again.");

    private static string Name(RunState state) => state.ToString().ToLowerInvariant();
}
