using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>The colours of plots, and what draws in them.</summary>
internal static class Pens
{
    /// <summary>The colours of a plot's parts.</summary>
    public static readonly SKColor
        Paper = new(0xFFFFFFFF), Ink = new(0xFF111827), Muted = new(0xFF6B7280), Grid = new(0xFFE5E7EB), Edge = new(0xFF9CA3AF), Alarm = new(0xFFDC2626);

    /// <summary>The losses and the two accuracies of a run that is drawn alone.</summary>
    public static readonly SKColor Loss = new(0xFF2563EB), Training = new(0xFFD97706), Validation = new(0xFF059669);

    /// <summary>The runs of a picture with several: of different lightness, without the red of what went wrong.</summary>
    public static readonly SKColor[] Runs =
    [
        new(0xFF2563EB), new(0xFFD97706), new(0xFF059669), new(0xFFDB2777), new(0xFF7C3AED), new(0xFF0EA5E9), new(0xFF65A30D), new(0xFF78350F), new(0xFF475569),
    ];

    /// <summary>Fills areas.</summary>
    public static SKPaint Fill(SKColor colour) => new() { Color = colour, IsAntialias = true };

    /// <summary>Draws lines.</summary>
    public static SKPaint Stroke(SKColor colour, float width) =>
        new() { Color = colour, IsAntialias = true, IsStroke = true, StrokeWidth = width, StrokeJoin = SKStrokeJoin.Round, StrokeCap = SKStrokeCap.Round };

    /// <summary>Draws dashed lines.</summary>
    public static SKPaint Dashes(SKColor colour, float width)
    {
        SKPaint paint = Stroke(colour, width);
        (paint.StrokeCap, paint.PathEffect) = (SKStrokeCap.Butt, SKPathEffect.CreateDash([3 * width, 2 * width], 0));
        return paint;
    }

    /// <summary>Draws through points, one after the other.</summary>
    public static void DrawLine(this SKCanvas canvas, SKPoint[] points, SKPaint paint, bool isClosed = false)
    {
        if (points.Length == 0) return;
        using var builder = new SKPathBuilder();
        builder.AddPoly(points, isClosed);
        using SKPath path = builder.Detach();
        canvas.DrawPath(path, paint);
    }
}
