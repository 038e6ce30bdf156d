using System.Globalization;
using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>Says which line is what.</summary>
internal static class PlotLegend
{
    private const float Sample = 30, Row = 22;
    private static readonly TextStyle Words = new(13, Pens.Ink), Small = new(13, Pens.Muted), Name = new(15, Pens.Ink) { IsStrong = true };

    /// <summary>Draws lines beside each other, the last of which ends at a point: above a frame, as inside it they would lie on curves.</summary>
    public static void DrawRow(SKCanvas canvas, SKPoint end, params ReadOnlySpan<LegendItem> items)
    {
        float x = end.X;
        for (int i = items.Length - 1; i >= 0; i--)
        {
            x -= PlotText.Draw(canvas, items[i].Words, new SKPoint(x, end.Y), Words with { Align = SKTextAlign.Right }) + Sample + 8;
            DrawSample(canvas, new SKPoint(x, end.Y - 4.5f), items[i]);
            x -= 22;
        }
    }

    /// <summary>Draws the names of runs below each other, with what became of them, and then the kinds of lines.</summary>
    public static void DrawRuns(SKCanvas canvas, SKRect column, IReadOnlyList<PlottedRun> runs)
    {
        float y = column.Top;
        foreach ((int i, PlottedRun run) in runs.Index())
        {
            using SKPaint dot = Pens.Fill(Pens.Runs[i]);
            canvas.DrawRoundRect(SKRect.Create(column.Left, y + 3, 14, 14), 3, 3, dot);
            PlotText.Draw(canvas, run.Run.Name, new SKPoint(column.Left + 24, y + 15), Name with { MaxWidth = column.Width - 24 });
            PlotText.Draw(canvas, ResultOf(run), new SKPoint(column.Left + 24, y + 34), Small with { MaxWidth = column.Width - 24 });
            y += 50;
        }

        LegendItem[] kinds =
        [
            new("loss, smoothed", LineKind.Thick, Pens.Muted), new("loss, mean", LineKind.Thin, Pens.Muted),
            .. runs.Count <= RunPlot.MostBands ? [new LegendItem("loss, smallest to largest", LineKind.Band, Pens.Muted.WithAlpha(56))] : Array.Empty<LegendItem>(),
            new("validation accuracy", LineKind.Thick, Pens.Muted), new("training accuracy", LineKind.Dashed, Pens.Muted),
        ];
        foreach ((int i, LegendItem kind) in kinds.Index())
        {
            y = column.Bottom - (kinds.Length - i) * Row + Row / 2;
            DrawSample(canvas, new SKPoint(column.Left, y), kind);
            PlotText.Draw(canvas, kind.Words, new SKPoint(column.Left + Sample + 10, y + 4.5f), Words);
        }
    }

    private static string ResultOf(PlottedRun run) => (run.LastIteration, run.Run.BestValidationAccuracy) switch
    {
        (0, _) => "no iterations yet",
        (long last, double best) => string.Create(CultureInfo.InvariantCulture, $"best {best:0.00%} · {last:N0} iterations"),
        (long last, null) => string.Create(CultureInfo.InvariantCulture, $"{last:N0} iterations"),
    };

    private static void DrawSample(SKCanvas canvas, SKPoint at, LegendItem item)
    {
        using SKPaint paint = item.Kind switch
        {
            LineKind.Band => Pens.Fill(item.Colour),
            LineKind.Dashed => Pens.Dashes(item.Colour, 1.8f),
            LineKind.Thin => Pens.Stroke(item.Colour, 1.1f),
            _ => Pens.Stroke(item.Colour, 2.6f),
        };
        if (item.Kind == LineKind.Band) canvas.DrawRect(SKRect.Create(at.X, at.Y - 6, Sample, 12), paint);
        else canvas.DrawLine([at, at + new SKPoint(Sample, 0)], paint);
    }
}

/// <summary>The kinds of lines.</summary>
internal enum LineKind
{
    Thick,
    Thin,
    Dashed,
    Band,
}

/// <summary>A line, and what it is.</summary>
/// <param name="Words">What it is.</param>
/// <param name="Kind">How it is drawn.</param>
/// <param name="Colour">Its colour.</param>
internal readonly record struct LegendItem(string Words, LineKind Kind, SKColor Colour);
