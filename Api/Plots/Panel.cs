using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>A frame with two axes, in which curves are drawn.</summary>
/// <param name="Frame">Its place in the picture.</param>
/// <param name="X">The iterations, from left to right.</param>
/// <param name="Y">What is measured, from below.</param>
internal sealed record Panel(SKRect Frame, Axis X, Axis Y)
{
    /// <summary>From the base line of the heading to the frame, in pixels.</summary>
    public const float HeadingGap = 18;

    private const float Overhang = 5; // of a dot, or half of a line, that lies on an end of an axis
    private static readonly TextStyle Label = new(13, Pens.Muted), Heading = new(16, Pens.Ink) { IsStrong = true }, Unit = new(14, Pens.Muted);

    /// <summary>The place of a value at an iteration.</summary>
    public SKPoint At(double x, double y) =>
        new((float)(Frame.Left + Frame.Width * X.PlaceOf(x)), (float)(Frame.Bottom - Frame.Height * Y.PlaceOf(y)));

    /// <summary>Draws the axes, with a heading above them that says what is measured, and in which unit.</summary>
    public void DrawAxes(SKCanvas canvas, string heading, string unit)
    {
        float width = PlotText.Draw(canvas, heading, new SKPoint(RunPlot.Margin, Frame.Top - HeadingGap), Heading);
        PlotText.Draw(canvas, unit, new SKPoint(RunPlot.Margin + width + 8, Frame.Top - HeadingGap), Unit);
        using SKPaint grid = Pens.Stroke(Pens.Grid, 1), edge = Pens.Stroke(Pens.Edge, 1);
        foreach (Tick tick in Y.Ticks)
        {
            float y = Sharp(At(0, tick.Value).Y);
            canvas.DrawLine(Frame.Left, y, Frame.Right, y, grid);
            PlotText.Draw(canvas, tick.Label, new SKPoint(Frame.Left - 10, y + 4.5f), Label with { Align = SKTextAlign.Right });
        }

        foreach (Tick tick in X.Ticks)
        {
            float x = Sharp(At(tick.Value, Y.From).X);
            canvas.DrawLine(x, Frame.Top, x, Frame.Bottom, grid);
            canvas.DrawLine(x, Sharp(Frame.Bottom), x, Frame.Bottom + 5, edge);
        }

        canvas.DrawLine(Frame.Left, Sharp(Frame.Bottom), Frame.Right, Sharp(Frame.Bottom), edge);
        canvas.DrawLine(Sharp(Frame.Left), Frame.Top, Sharp(Frame.Left), Frame.Bottom, edge);
    }

    /// <summary>Writes the iterations below the frame, and what they are.</summary>
    public void DrawIterations(SKCanvas canvas, string unit)
    {
        foreach (Tick tick in X.Ticks)
            PlotText.Draw(canvas, tick.Label, new SKPoint(At(tick.Value, Y.From).X, Frame.Bottom + 22), Label with { Align = SKTextAlign.Center });
        PlotText.Draw(canvas, unit, new SKPoint(Frame.MidX, Frame.Bottom + 48), Unit with { Align = SKTextAlign.Center });
    }

    /// <summary>Draws something of which only what lies in the frame, or overhangs a little, is seen.</summary>
    public void Within(SKCanvas canvas, Action draw)
    {
        canvas.Save();
        canvas.ClipRect(SKRect.Inflate(Frame, Overhang, Overhang));
        draw();
        canvas.Restore();
    }

    // A line of one pixel's width is sharp in the middle of a row.
    private static float Sharp(float place) => MathF.Floor(place) + 0.5f;
}
