using System.Text;
using System.Xml.Linq;
using SkiaSharp;

namespace CnnService.Api.Plots;

/// <summary>Writes a plot in the forms in which it is sent; the same plot is the same bytes.</summary>
internal static class PlotFile
{
    /// <summary>As PNG.</summary>
    public static byte[] ToPng(RunPlot plot)
    {
        using var surface = SKSurface.Create(new SKImageInfo(RunPlot.Width, RunPlot.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        plot.Draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>As SVG that grows and shrinks with its place, and tells those who do not see it what it shows; without a declaration, so that HTML takes it.</summary>
    public static string ToSvg(RunPlot plot)
    {
        using var file = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(RunPlot.Width, RunPlot.Height), file)) plot.Draw(canvas);
        XElement svg = XDocument.Parse(Encoding.UTF8.GetString(file.ToArray())).Root!;
        NumberClips(svg);
        svg.SetAttributeValue("viewBox", $"0 0 {RunPlot.Width} {RunPlot.Height}");
        svg.SetAttributeValue("role", "img");
        svg.AddFirst(new XElement(svg.Name.Namespace + "title", PlotText.Clean(plot.Title)), new XElement(svg.Name.Namespace + "desc", PlotText.Clean(plot.Facts)));
        return svg.ToString(SaveOptions.DisableFormatting);
    }
    // Skia counts the names of clips on over all pictures of a process.
    private static void NumberClips(XElement svg)
    {
        foreach ((int i, XAttribute id) in svg.Descendants().Attributes("id").ToArray().Index())
        {
            string known = $"url(#{id.Value})";
            id.Value = $"clip-{i}";
            foreach (XAttribute use in svg.Descendants().Attributes().Where(attribute => attribute.Value == known)) use.Value = $"url(#{id.Value})";
        }
    }
}
