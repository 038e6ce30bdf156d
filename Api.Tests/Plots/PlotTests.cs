using System.Net;
using System.Xml.Linq;
using CnnService.Api.Tests.Datasets;
using SkiaSharp;

namespace CnnService.Api.Tests.Plots;

/// <summary>A plot shows what the service knows of runs, the same in both forms.</summary>
public sealed class PlotTests(PlottedService service) : IClassFixture<PlottedService>
{
    private static readonly SKColor Blue = new(0xFF2563EB), Amber = new(0xFFD97706), Green = new(0xFF059669), Red = new(0xFFDC2626);
    private static readonly SKRectI Losses = new(85, 131, 1164, 449), Accuracies = new(85, 511, 1164, 737), Heading = new(0, 0, 1200, 80);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Png_OfARun_ShowsItsCurvesInTheirFrames()
    {
        using SKBitmap picture = await PngAsync($"{service.Trained}/plot.png");

        Assert.Equal((1200, 800), (picture.Width, picture.Height));
        Assert.Equal(SKColors.White, picture.GetPixel(2, 2));
        Assert.InRange(Count(picture, Losses, Blue), 500, 20_000);
        Assert.InRange(Count(picture, Accuracies, Green), 500, 20_000);
        Assert.InRange(Count(picture, Accuracies, Amber), 20, 20_000);
        Assert.Equal(0, Count(picture, Accuracies, Blue));
        Assert.Equal(0, Count(picture, Losses, Green));
        Assert.Equal(0, Count(picture, new SKRectI(0, 0, 1200, 800), Red));
        Assert.True(Count(picture, Heading, new SKColor(0xFF111827)) > 100, "The title is missing.");
    }

    [Fact]
    public async Task Png_OfSeveralRuns_ShowsEachInAColourOfItsOwn()
    {
        using SKBitmap picture = await PngAsync($"{service.Trained}/plot.png?runs={service.Other},{service.Waiting}");

        foreach (SKColor colour in (SKColor[])[Blue, Amber]) Assert.True(Count(picture, new SKRectI(85, 131, 908, 449), colour) > 200, $"{colour} in the losses");
        foreach (SKColor colour in (SKColor[])[Blue, Amber]) Assert.True(Count(picture, new SKRectI(85, 511, 908, 737), colour) > 200, $"{colour} in the accuracies");
        foreach ((int i, SKColor colour) in ((SKColor[])[Blue, Amber, Green]).Index()) Assert.Equal(colour, picture.GetPixel(944, 136 + 50 * i));
    }

    [Fact]
    public async Task Png_OfARunWhoseLossWasNoNumber_MarksIt()
    {
        using SKBitmap picture = await PngAsync($"{service.Diverged}/plot.png");
        Assert.True(Count(picture, new SKRectI(85, 131, 1170, 449), Red, tolerance: 90) > 200);
    }

    [Fact]
    public async Task Plot_OfARunBeforeItsFirstIteration_SaysSo()
    {
        using SKBitmap picture = await PngAsync($"{service.Waiting}/plot.png");

        Assert.True(Count(picture, new SKRectI(300, 380, 900, 410), new SKColor(0xFF6B7280)) > 100);
        Assert.Equal(0, Count(picture, new SKRectI(0, 80, 1200, 380), new SKColor(0xFF9CA3AF)));
        Assert.NotNull((await SvgAsync($"{service.Waiting}/plot.svg")).Root);
    }

    [Fact]
    public async Task Svg_OfARun_IsXmlThatScalesTellsItsTitleAndNeedsNoFont()
    {
        XDocument svg = await SvgAsync($"{service.Trained}/plot.svg");

        XNamespace names = "http://www.w3.org/2000/svg";
        Assert.Equal(names + "svg", svg.Root!.Name);
        Assert.Equal("0 0 1200 800", (string?)svg.Root.Attribute("viewBox"));
        Assert.Equal(PlottedService.Script, (string?)svg.Root.Element(names + "title"));
        Assert.Contains("best validation accuracy", (string?)svg.Root.Element(names + "desc"), StringComparison.Ordinal);
        Assert.Empty(svg.Descendants(names + "text"));
        Assert.Empty(svg.Descendants(names + "script"));
        Assert.Contains(svg.Descendants(names + "path"), path => string.Equals((string?)path.Attribute("stroke"), "#2563EB", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("plot.png")]
    [InlineData("plot.svg")]
    public async Task Plot_AskedTwice_IsTheSameBytes(string form)
    {
        string address = $"/api/runs/{service.Trained}/{form}?runs={service.Other}";
        Assert.Equal(await service.Http.GetByteArrayAsync(address, Cancel), await service.Http.GetByteArrayAsync(address, Cancel));
    }

    [Fact]
    public async Task Plot_RunsWithItself_IsThatOfOneRun()
    {
        byte[] alone = await service.Http.GetByteArrayAsync($"/api/runs/{service.Other}/plot.png", Cancel);
        Assert.Equal(alone, await service.Http.GetByteArrayAsync($"/api/runs/{service.Other}/plot.png?runs={service.Other}", Cancel));
    }

    [Fact]
    public async Task Plot_MoreRunsThanColours_IsRefusedInWords()
    {
        string ids = string.Join(',', Enumerable.Range(0, 9).Select(_ => Guid.NewGuid()));
        var problem = await service.Http.GetAsync($"/api/runs/{service.Trained}/plot.svg?runs={ids}", Cancel).JsonAsync(HttpStatusCode.BadRequest);
        Assert.Equal("runs has 9 different ids; give at most 8.", problem.GetProperty("detail").GetString());
    }

    private static int Count(SKBitmap picture, SKRectI area, SKColor colour, int tolerance = 0)
    {
        int count = 0;
        for (int y = area.Top; y < area.Bottom; y++)
            for (int x = area.Left; x < area.Right; x++)
                if (Distance(picture.GetPixel(x, y), colour) <= tolerance) count++;
        return count;
    }

    private static int Distance(SKColor one, SKColor other) => Math.Abs(one.Red - other.Red) + Math.Abs(one.Green - other.Green) + Math.Abs(one.Blue - other.Blue);

    private async Task<SKBitmap> PngAsync(string address)
    {
        using HttpResponseMessage answer = await service.Http.GetAsync($"/api/runs/{address}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/png", answer.Content.Headers.ContentType!.MediaType);
        return SKBitmap.Decode(await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    private async Task<XDocument> SvgAsync(string address)
    {
        using HttpResponseMessage answer = await service.Http.GetAsync($"/api/runs/{address}", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/svg+xml", answer.Content.Headers.ContentType!.MediaType);
        return XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
    }
}
