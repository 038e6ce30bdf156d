using CnnService.Api.Runs;

namespace CnnService.Api.Plots;

/// <summary>The losses of a run as they are drawn: stretches of windows, with gaps where a loss is not finite.</summary>
/// <param name="Stretches">Windows that follow one another and hold finite losses only.</param>
/// <param name="Breaks">The first iteration of each stretch of windows that hold a loss that is not finite.</param>
/// <param name="Width">The iterations of a window.</param>
internal sealed record LossLine(IReadOnlyList<LossPoint[]> Stretches, IReadOnlyList<long> Breaks, long Width)
{
    private const double SmoothedShare = 1 / 60.0; // of all windows: the standard deviation of the weights, which leaves some 20 bends

    /// <summary>All windows.</summary>
    public IEnumerable<LossPoint> Points => Stretches.SelectMany(stretch => stretch);

    /// <summary>The losses of a curve.</summary>
    /// <param name="curve">All windows of a run, from its first.</param>
    /// <param name="last">The last iteration, with which the last window may end early.</param>
    public static LossLine Of(Curve curve, long last)
    {
        long width = curve.Iterations is [long one, long next, ..] ? next - one : last;
        List<LossPoint[]> stretches = [];
        List<long> breaks = [];
        List<LossPoint> open = [];
        bool isBroken = false;
        foreach ((int i, long first) in curve.Iterations.Index())
        {
            if (double.IsFinite(curve.Min[i]) && double.IsFinite(curve.Max[i]) && double.IsFinite(curve.Mean[i]))
            {
                double middle = first + (Math.Min(width, last - first + 1) - 1) / 2.0;
                open.Add(new LossPoint(middle, curve.Min[i], curve.Max[i], curve.Mean[i], curve.Mean[i]));
                isBroken = false;
                continue;
            }

            if (!isBroken) breaks.Add(first);
            isBroken = true;
            if (open.Count > 0) stretches.Add([.. open]);
            open.Clear();
        }

        if (open.Count > 0) stretches.Add([.. open]);
        return new LossLine([.. stretches.Select(stretch => Smooth(stretch, curve.Iterations.Count * SmoothedShare))], breaks, width);
    }

    // The value of the straight line that fits the weighted neighbours on both sides best: a line that only looks back is late, and a mean of
    // neighbours is wrong at the ends, where there are some on one side only.
    private static LossPoint[] Smooth(LossPoint[] stretch, double deviation)
    {
        int reach = (int)Math.Ceiling(3 * deviation);
        var smooth = new LossPoint[stretch.Length];
        for (int i = 0; i < stretch.Length; i++)
        {
            (double weights, double moments, double squares, double means, double slopes) = (0, 0, 0, 0, 0);
            (double lowest, double highest) = (double.PositiveInfinity, double.NegativeInfinity);
            for (int j = Math.Max(0, i - reach); j <= Math.Min(stretch.Length - 1, i + reach); j++)
            {
                double distance = j - i, weight = Math.Exp(-0.5 * distance * distance / (deviation * deviation)), mean = stretch[j].Mean;
                (weights, moments, squares) = (weights + weight, moments + weight * distance, squares + weight * distance * distance);
                (means, slopes) = (means + weight * mean, slopes + weight * distance * mean);
                (lowest, highest) = (Math.Min(lowest, mean), Math.Max(highest, mean));
            }

            double spread = weights * squares - moments * moments;
            double value = spread > 1e-9 ? (squares * means - moments * slopes) / spread : stretch[i].Mean;
            smooth[i] = stretch[i] with { Smoothed = Math.Clamp(value, lowest, highest) };
        }

        return smooth;
    }
}

/// <summary>A window of losses in a plot.</summary>
/// <param name="Iteration">Its middle.</param>
/// <param name="Min">The smallest loss.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Smoothed">The mean, smoothed over its neighbours.</param>
internal readonly record struct LossPoint(double Iteration, double Min, double Max, double Mean, double Smoothed);
