using System.Globalization;
using CnnService.Api.Runs;
using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>Draws the curves of a run into panels.</summary>
internal static class Curves
{
    private const int MostDots = 40; // more of them would hide the line
    private static readonly TextStyle Note = new(13, Pens.Alarm) { IsStrong = true, HasHalo = true };

    /// <summary>Draws the losses: a band from the smallest to the largest of each window, their mean, and the smoothed line.</summary>
    public static void DrawLosses(SKCanvas canvas, Panel panel, LossLine losses, LossStyle style)
    {
        using SKPaint band = Pens.Fill(style.Colour.WithAlpha(style.BandAlpha)), mean = Pens.Stroke(style.Colour.WithAlpha(style.MeanAlpha), 1.1f);
        using SKPaint smoothed = Pens.Stroke(style.Colour, 2.6f), dot = Pens.Fill(style.Colour);
        foreach (LossPoint[] stretch in losses.Stretches)
        {
            SKPoint[] upper = [.. stretch.Select(point => panel.At(point.Iteration, point.Max))];
            SKPoint[] lower = [.. stretch.Select(point => panel.At(point.Iteration, point.Min))];
            if (style.BandAlpha > 0 && losses.Width > 1) canvas.DrawLine([.. upper, .. lower.Reverse()], band, isClosed: true);
            canvas.DrawLine([.. stretch.Select(point => panel.At(point.Iteration, point.Mean))], mean);
            SKPoint[] line = [.. stretch.Select(point => panel.At(point.Iteration, point.Smoothed))];
            canvas.DrawLine(line, smoothed);
            foreach (SKPoint point in line.Length <= MostDots ? line : []) canvas.DrawCircle(point, 3.5f, dot);
        }
    }

    /// <summary>Marks the losses that are not finite by their iterations.</summary>
    public static void DrawBreaks(SKCanvas canvas, Panel panel, PlottedRun run)
    {
        using SKPaint line = Pens.Dashes(Pens.Alarm, 1.5f), cross = Pens.Stroke(Pens.Alarm, 2.5f);
        foreach ((int i, long first) in run.Losses.Breaks.Index())
        {
            (long from, long to) = (first, Math.Min(first + run.Losses.Width - 1, run.LastIteration));
            if (run.Run.Failure?.Iteration is { } failed && failed >= from && failed <= to) from = to = failed;
            (float x, float y) = (panel.At(from, panel.Y.From).X, panel.Frame.Top + 20 + i % 10 * 22);
            canvas.DrawLine([new(x, panel.Frame.Top), new(x, panel.Frame.Bottom)], line);
            canvas.DrawLine(x - 5, y - 5, x + 5, y + 5, cross);
            canvas.DrawLine(x - 5, y + 5, x + 5, y - 5, cross);
            bool isRight = x > panel.Frame.MidX;
            string words = from == to ? Invariant($"loss not finite at iteration {from:N0}") : Invariant($"loss not finite within iterations {from:N0} to {to:N0}");
            PlotText.Draw(canvas, words, new SKPoint(x + (isRight ? -14 : 14), y + 4.5f), Note with { Align = isRight ? SKTextAlign.Right : SKTextAlign.Left });
        }
    }

    /// <summary>Draws an accuracy after each epoch.</summary>
    public static void DrawAccuracy(SKCanvas canvas, Panel panel, IReadOnlyList<RunEvent> epochs, AccuracyStyle style)
    {
        SKPoint[] points = [.. epochs.Where(epoch => style.Of(epoch) is not null).Select(epoch => panel.At(epoch.Iteration!.Value, 100 * style.Of(epoch)!.Value))];
        using SKPaint line = style.IsDashed ? Pens.Dashes(style.Colour, 1.8f) : Pens.Stroke(style.Colour, 2.6f), dot = Pens.Fill(style.Colour);
        canvas.DrawLine(points, line);
        foreach (SKPoint point in points.Length <= MostDots ? points : []) canvas.DrawCircle(point, style.IsDashed ? 2.6f : 3.5f, dot);
    }

    /// <summary>Marks the best validation accuracy, and writes it beside the mark unless several runs would do so.</summary>
    public static void DrawBest(SKCanvas canvas, Panel panel, Run run, SKColor colour, bool hasWords)
    {
        if (run is not { BestIteration: { } iteration, BestValidationAccuracy: { } best }) return;
        SKPoint at = panel.At(iteration, 100 * best);
        using SKPaint paper = Pens.Fill(Pens.Paper), ring = Pens.Stroke(colour, 2.6f);
        canvas.DrawCircle(at, 6, paper);
        canvas.DrawCircle(at, 6, ring);
        if (!hasWords) return;
        bool isRight = at.X > panel.Frame.MidX, isLow = at.Y > panel.Frame.Bottom - 40; // where the words would lie on the axis
        PlotText.Draw(
            canvas, Invariant($"best {best:0.00%}"), at + new SKPoint(isRight ? 6 : -6, isLow ? -16 : 28),
            new TextStyle(14, colour) { IsStrong = true, HasHalo = true, Align = isRight ? SKTextAlign.Right : SKTextAlign.Left });
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How losses are drawn.</summary>
/// <param name="Colour">The colour.</param>
/// <param name="BandAlpha">How much of the colour the band has, 0 (no band) to 255.</param>
/// <param name="MeanAlpha">How much of it the line of the means has.</param>
internal sealed record LossStyle(SKColor Colour, byte BandAlpha, byte MeanAlpha);

/// <summary>How an accuracy is drawn.</summary>
/// <param name="Colour">The colour.</param>
/// <param name="IsDashed">Whether the line is thin and dashed.</param>
/// <param name="Of">The accuracy, a fraction.</param>
internal sealed record AccuracyStyle(SKColor Colour, bool IsDashed, Func<RunEvent, double?> Of)
{
    /// <summary>The accuracy on the training part: dashed.</summary>
    public static AccuracyStyle Training(SKColor colour) => new(colour, true, epoch => epoch.TrainAccuracy);

    /// <summary>The accuracy on the validation part: a whole line.</summary>
    public static AccuracyStyle Validation(SKColor colour) => new(colour, false, epoch => epoch.ValidationAccuracy);
}
