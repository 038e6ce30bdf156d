using System.Xml;
using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>
/// Draws words as the outlines of the service's own font: a picture then looks the same on every machine, with fonts of its own or without any.
/// What the font lacks (alphabets other than Latin and Greek) is an empty box.
/// </summary>
internal static class PlotText
{
    private const float HaloWidth = 5;
    private static readonly SKTypeface Regular = Load("Roboto-Regular.ttf"), Medium = Load("Roboto-Medium.ttf");

    /// <summary>Draws a line of words whose base line begins, ends or is centred at a point; the width that they take.</summary>
    public static float Draw(SKCanvas canvas, string text, SKPoint at, TextStyle style)
    {
        using var font = new SKFont(style.IsStrong ? Medium : Regular, style.Size) { Hinting = SKFontHinting.None, Subpixel = true, LinearMetrics = true };
        string fitting = Fit(Clean(text), font, style.MaxWidth);
        float width = font.MeasureText(fitting);
        float left = style.Align switch { SKTextAlign.Right => at.X - width, SKTextAlign.Center => at.X - width / 2, _ => at.X };
        using SKPath outlines = font.GetTextPath(fitting, new SKPoint(left, at.Y));
        if (style.HasHalo)
        {
            using SKPaint halo = Pens.Stroke(Pens.Paper, HaloWidth);
            canvas.DrawPath(outlines, halo);
        }

        using SKPaint fill = Pens.Fill(style.Colour);
        canvas.DrawPath(outlines, fill);
        return width;
    }

    /// <summary>The same words without characters that are no text, which XML does not take and no font draws.</summary>
    public static string Clean(string text) => string.Concat(text.Select(
        character => char.IsControl(character) || !(XmlConvert.IsXmlChar(character) || char.IsSurrogate(character)) ? '\uFFFD' : character));

    private static string Fit(string text, SKFont font, float width)
    {
        string fitting = text;
        for (int length = text.Length; length > 0 && font.MeasureText(fitting) > width; fitting = $"{text.AsSpan(0, length).TrimEnd()}…")
            length -= length > 1 && char.IsLowSurrogate(text[length - 1]) ? 2 : 1;
        return fitting;
    }

    private static SKTypeface Load(string name)
    {
        using Stream font = typeof(PlotText).Assembly.GetManifestResourceStream($"{typeof(PlotText).Namespace}.Fonts.{name}")!;
        using SKData data = SKData.Create(font);
        return SKTypeface.FromData(data);
    }
}

/// <summary>How words are drawn.</summary>
/// <param name="Size">The font's size in pixels.</param>
/// <param name="Colour">The colour.</param>
internal sealed record TextStyle(float Size, SKColor Colour)
{
    /// <summary>Which part of the words lies at the point that is given.</summary>
    public SKTextAlign Align { get; init; }

    /// <summary>The width in pixels beyond which they are cut off.</summary>
    public float MaxWidth { get; init; } = float.PositiveInfinity;

    /// <summary>Whether they stand out.</summary>
    public bool IsStrong { get; init; }

    /// <summary>Whether paper lies around them, so that they can be read on a line.</summary>
    public bool HasHalo { get; init; }
}
