using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Plots;

/// <summary>Reads what is drawn of runs.</summary>
internal sealed class PlotReader(ServiceDb db, RunTroubles troubles)
{
    private const int MostPoints = 300; // about as many as can be told apart in 1,100 pixels, with a width that a band can be seen in

    /// <summary>A run with what is committed of its curve; null if there is no such run.</summary>
    public async Task<PlottedRun?> ReadAsync(Guid id, CancellationToken cancel)
    {
        RowWithPlace? row = await db.Runs.AsNoTracking().Where(run => run.Id == id).Select(Run.WithPlace(db)).SingleOrDefaultAsync(cancel);
        if (row is null || await Curve.ReadAsync(db, id, 1, long.MaxValue, MostPoints, cancel) is not { } curve) return null;
        long last = Math.Max(row.Row.Iteration, curve.Iterations is [.., long newest] ? newest : 0); // the run may have gone on between the two
        return new PlottedRun(troubles.Of(row), last, LossLine.Of(curve, last), curve.Epochs);
    }
}

/// <summary>A run as it is drawn.</summary>
/// <param name="Run">The run.</param>
/// <param name="LastIteration">The last iteration with a loss; 0 before the first.</param>
/// <param name="Losses">Its losses.</param>
/// <param name="Epochs">Its epochs.</param>
internal sealed record PlottedRun(Run Run, long LastIteration, LossLine Losses, IReadOnlyList<RunEvent> Epochs);
