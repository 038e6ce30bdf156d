using CnnService.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>
/// The losses of a run, cut into windows of 1, 16, 256 and 4,096 iterations (levels 0 to 3), so that a million of them draw at once. A window of
/// a level is made of 16 of the level below, in their order, so that its sum is the same whoever makes it. Those that are complete are kept; the
/// open end, and runs of a version that kept none, are read from the level below.
/// </summary>
/// <param name="db">The database.</param>
/// <param name="run">The run's <see cref="RunRow.Order"/>.</param>
/// <param name="otherEvents">How many of the run's events are no iterations: an iteration's sequence is at most so much above its number.</param>
internal sealed class LossCurve(ServiceDb db, long run, long otherEvents)
{
    /// <summary>The level of the widest windows.</summary>
    public const int TopLevel = 3;

    private const int BitsPerLevel = 4, Factor = 1 << BitsPerLevel;

    /// <summary>The highest level whose windows are not wider than a power of two.</summary>
    public static int LevelOf(long width) => Math.Min(TopLevel, (int)long.Log2(width) / BitsPerLevel);

    /// <summary>The iterations of a window.</summary>
    public static long WidthOf(int level) => 1L << (BitsPerLevel * level);

    /// <summary>Adds the windows that are completed by events which the same transaction adds.</summary>
    public async Task AddAsync(IReadOnlyList<EventRow> events, CancellationToken cancel)
    {
        List<LossWindow> windows =
        [
            .. events.Where(item => item.Type == EventType.Iteration).Select(item => LossWindow.Of(item.Iteration!.Value, item.LossBits!.Value)),
        ];
        for (int level = 1; level <= TopLevel && windows.Count > 0; level++)
        {
            long first = (windows[0].First - 1) / WidthOf(level - 1);
            List<LossWindow> before = await ReadAsync(level - 1, first - first % Factor, first, cancel);
            windows = [.. before.Concat(windows).Chunk(Factor).Where(group => group.Length == Factor).Select(LossWindow.Join)];
            foreach (LossWindow window in windows) db.LossWindows.Add(window.ToRow(run, level, (window.First - 1) / WidthOf(level)));
        }
    }

    /// <summary>The windows of a level from one number to before another, as far as there are iterations; the last may be incomplete.</summary>
    public async Task<List<LossWindow>> ReadAsync(int level, long from, long to, CancellationToken cancel)
    {
        if (from >= to) return [];
        if (level == 0) return await ReadLossesAsync(from + 1, to, cancel);
        List<LossWindowRow> kept = await db.LossWindows.AsNoTracking()
            .Where(row => row.Run == run && row.Level == level && row.Number >= from && row.Number < to).OrderBy(row => row.Number).ToListAsync(cancel);
        List<LossWindow> windows = [];
        long next = from;
        foreach (LossWindowRow row in kept)
        {
            windows.AddRange(await JoinAsync(level, next, row.Number, cancel));
            windows.Add(LossWindow.Of(row, WidthOf(level)));
            next = row.Number + 1;
        }

        windows.AddRange(await JoinAsync(level, next, to, cancel));
        return windows;
    }

    private async Task<IEnumerable<LossWindow>> JoinAsync(int level, long from, long to, CancellationToken cancel) =>
        (await ReadAsync(level - 1, from * Factor, to * Factor, cancel)).Chunk(Factor).Select(LossWindow.Join);

    private async Task<List<LossWindow>> ReadLossesAsync(long first, long last, CancellationToken cancel)
    {
        var losses = await db.Events.AsNoTracking()
            .Where(row => row.Run == run && row.Sequence >= first && row.Sequence <= last + otherEvents
                && row.Type == EventType.Iteration && row.Iteration >= first && row.Iteration <= last)
            .OrderBy(row => row.Sequence).Select(row => new { row.Iteration, row.LossBits }).ToListAsync(cancel);
        return [.. losses.Select(loss => LossWindow.Of(loss.Iteration!.Value, loss.LossBits!.Value))];
    }
}

/// <summary>What is told of consecutive losses. A loss that is not a number makes all of it so.</summary>
/// <param name="First">The first of their iterations, from 1.</param>
/// <param name="Count">Their number.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="Sum">Their sum.</param>
internal readonly record struct LossWindow(long First, long Count, double Min, double Max, double Sum)
{
    /// <summary>Their mean.</summary>
    public double Mean => Sum / Count;

    /// <summary>A single loss.</summary>
    public static LossWindow Of(long iteration, long lossBits)
    {
        double loss = BitConverter.Int64BitsToDouble(lossBits);
        return new LossWindow(iteration, 1, loss, loss, loss);
    }

    /// <summary>A window that is kept.</summary>
    public static LossWindow Of(LossWindowRow row, long width) => new(
        row.Number * width + 1, width,
        BitConverter.Int64BitsToDouble(row.MinBits), BitConverter.Int64BitsToDouble(row.MaxBits), BitConverter.Int64BitsToDouble(row.SumBits));

    /// <summary>The window of windows that follow one another.</summary>
    public static LossWindow Join(IEnumerable<LossWindow> windows) => windows.Aggregate((a, b) => new LossWindow(
        a.First, a.Count + b.Count, Math.Min(a.Min, b.Min), Math.Max(a.Max, b.Max), a.Sum + b.Sum));

    /// <summary>The row that keeps it.</summary>
    public LossWindowRow ToRow(long run, int level, long number) => new()
    {
        Run = run,
        Level = level,
        Number = number,
        MinBits = BitConverter.DoubleToInt64Bits(Min),
        MaxBits = BitConverter.DoubleToInt64Bits(Max),
        SumBits = BitConverter.DoubleToInt64Bits(Sum),
    };
}
