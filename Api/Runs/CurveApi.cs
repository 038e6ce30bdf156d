using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>The curve of a run's losses, in no more points than a screen can show.</summary>
internal static class CurveApi
{
    private const int MostPoints = 2000;

    /// <summary>Its route below that of the runs.</summary>
    public static void MapCurve(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/{id:guid}/curve", Get).WithName("getCurve")
            .WithSummary("The losses of a run in windows with their smallest, largest and mean loss, and its epochs.").Refuses(404);

    private static async Task<Ok<Curve>> Get(
        [Description(RunsApi.IdWords)] Guid id, ServiceDb db, CancellationToken cancel,
        [Description("The most windows, and the most epochs but for the last one.")][Range(1, MostPoints)] int points = 1000,
        [Description("The first iteration, from 1; left out, the run's first.")] long? from = null,
        [Description("The last iteration; left out, the run's last.")] long? to = null)
    {
        if (points is < 1 or > MostPoints) throw new ProblemException(400, $"points is {points}; give a number from 1 to {MostPoints}.", "points");
        if (from < 1) throw new ProblemException(400, $"from is {from}; iterations count from 1.", "from");
        if (to < (from ?? 1)) throw new ProblemException(400, $"to is {to}; give at least {from ?? 1}.", "to");
        return TypedResults.Ok(await Curve.ReadAsync(db, id, from ?? 1, to ?? long.MaxValue, points, cancel) ?? throw ProblemException.NotFound($"Run {id}"));
    }
}

/// <summary>
/// The losses of a run, cut into windows of 1, 2, 4, 8 ... iterations, as wide as is needed for the asked number of points. Windows begin at 1 more
/// than a multiple of their width, so that the outer ones may reach over the ends that were asked for.
/// </summary>
/// <param name="Iterations">The first iteration of each window, which ends before the next one's.</param>
/// <param name="Min">The smallest loss of each window, L2 term included; a number that is not finite is "NaN", "Infinity" or "-Infinity".</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Epochs">The epoch events among these iterations: all, or every second, third ... and the run's last.</param>
public sealed record Curve(
    IReadOnlyList<long> Iterations, IReadOnlyList<double> Min, IReadOnlyList<double> Max, IReadOnlyList<double> Mean, IReadOnlyList<RunEvent> Epochs)
{
    /// <summary>Reads what is committed of the iterations between two, in at most so many windows; null if there is no such run.</summary>
    internal static async Task<Curve?> ReadAsync(ServiceDb db, Guid id, long from, long to, int points, CancellationToken cancel)
    {
        var run = await db.Runs.AsNoTracking().Where(row => row.Id == id)
            .Select(row => new { row.Order, row.Iteration, row.Epoch, row.ValidationImages }).SingleOrDefaultAsync(cancel);
        if (run is null) return null;
        to = Math.Min(to, run.Iteration);
        if (to < from) return new Curve([], [], [], [], []);

        long width = (long)BitOperations.RoundUpToPowerOf2((ulong)((to - from) / points + 1));
        while ((to - 1) / width - (from - 1) / width >= points) width *= 2; // the outer windows reach over the ends
        (long first, long last) = ((from - 1) / width, (to - 1) / width);

        int level = LossCurve.LevelOf(width);
        long parts = width / LossCurve.WidthOf(level);
        long sequence = await EventLog.LastSequenceAsync(db, run.Order, cancel);
        List<LossWindow> windows = await new LossCurve(db, run.Order, sequence - run.Iteration).ReadAsync(level, first * parts, (last + 1) * parts, cancel);
        LossWindow[] joined = [.. windows.Chunk((int)parts).Select(LossWindow.Join)];
        List<EventRow> epochs = await ReadEpochsAsync(db, run.Order, first * width + 1, (last + 1) * width, points, run.Epoch, cancel);
        return new Curve(
            [.. joined.Select(window => window.First)], [.. joined.Select(window => window.Min)], [.. joined.Select(window => window.Max)],
            [.. joined.Select(window => window.Mean)], [.. epochs.Select(row => RunEvent.Of(row, run.ValidationImages))]);
    }

    private static async Task<List<EventRow>> ReadEpochsAsync(
        ServiceDb db, long run, long from, long to, int points, int lastEpoch, CancellationToken cancel)
    {
        IQueryable<EventRow> epochs = db.Events.AsNoTracking()
            .Where(row => row.Run == run && row.Type == EventType.Epoch && row.Iteration >= from && row.Iteration <= to);
        int step = (await epochs.CountAsync(cancel) - 1) / points + 1;
        return await epochs.Where(row => row.Epoch % step == 0 || row.Epoch == lastEpoch).OrderBy(row => row.Iteration).ToListAsync(cancel);
    }
}
