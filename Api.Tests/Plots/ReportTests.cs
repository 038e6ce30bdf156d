using System.Net;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using CnnService.Api.Data;
using CnnService.Api.Models;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Models;
using CnnService.Api.Tests.Runs;
using SkiaSharp;

namespace CnnService.Api.Tests.Plots;

/// <summary>A report holds all of a run, and nothing that users typed is taken for HTML.</summary>
public sealed partial class ReportTests(PlottedService service, TrainedService trained) : IClassFixture<PlottedService>, IClassFixture<TrainedService>
{
    private static readonly string[] Elements =
    [
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "b", "small", "section", "figure", "figcaption", "div", "span", "br", "img", "pre",
        "table", "tr", "th", "td", "svg", "desc", "defs", "clippath", "g", "path", "rect", "circle", "ellipse", "line", "use",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_OfARun_MayDoNothingButShowItself()
    {
        using HttpResponseMessage answer = await service.Http.GetAsync($"/api/runs/{service.Trained}/report.html", Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("default-src 'none'; style-src 'unsafe-inline'; img-src data:", answer.Headers.GetValues("Content-Security-Policy").Single());
        string html = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotMatch(ElsewhereOrScript(), html);
    }

    [Fact]
    public async Task Report_OfHostileNames_ShowsThemAsText()
    {
        string html = await ReportAsync(service.Http, service.Trained);

        Assert.All(ElementName().Matches(html), element => Assert.Contains(element.Groups[1].Value.ToLowerInvariant(), Elements));
        Assert.Contains(HtmlEncoder.Default.Encode(PlottedService.Script), html, StringComparison.Ordinal);
        foreach (string label in PlottedService.Labels) Assert.DoesNotContain(label.Contains('<', StringComparison.Ordinal) ? label : "<script", html, StringComparison.OrdinalIgnoreCase);
        foreach (string encoded in (string[])["a &amp; b", "&quot;quoted&quot;", "it&#x27;s", "&lt;img src=x onerror=alert(2)&gt;", "&lt;/style&gt;&lt;b&gt;bold&lt;/b&gt;", "&amp;amp;", "日本"])
            Assert.Contains(encoded, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfARun_TellsResultsSpecHashesAndHowToCallIt()
    {
        var run = await new RunClient(service.Http).GetAsync(service.Trained);

        string html = await ReportAsync(service.Http, service.Trained);

        foreach (string heading in (string[])["Results", "Curves", "Confusion", "Mistakes", "First filters", "Spec", "Hashes", "How to call it"])
            Assert.Contains($"<h2>{heading}</h2>", html, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"<td>{run.BestValidationAccuracy:0.00%} at iteration {run.BestIteration}</td>"), html, StringComparison.Ordinal);
        Assert.Contains(run.DatasetSha256, html, StringComparison.Ordinal);
        Assert.Contains(run.ParametersSha256!, html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">model.filterSize</th><td>3</td>", html, StringComparison.Ordinal);
        Assert.Contains("&quot;filterSize&quot;: 3", html, StringComparison.Ordinal);
        Assert.Contains($"--data-binary \"@picture.png\" \"http://localhost/api/runs/{run.Id}/predict?topK=3\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Api-Key", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfARun_ShowsTheSurestMistakesInOnePicture()
    {
        string html = await ReportAsync(service.Http, service.Trained);

        Page<Mistake> mistakes = await RunClient.ReadAsync<Page<Mistake>>(await service.Http.GetAsync($"/api/runs/{service.Trained}/mistakes?limit=24", Cancel));
        Assert.Equal(24, mistakes.Items.Count);
        Assert.Equal(mistakes.Items.Select(mistake => mistake.Index), ImageNumber().Matches(html).Select(image => int.Parse(image.Groups[1].Value, null)));
        using SKBitmap sheet = SKBitmap.Decode(Convert.FromBase64String(Sheet().Match(html).Groups[1].Value));
        Assert.Equal((6 * 32, 4 * 32), (sheet.Width, sheet.Height));
        using SKBitmap first = SKBitmap.Decode(await service.Http.GetByteArrayAsync($"/api/datasets/hostile/images/{mistakes.Items[0].Index}.png", Cancel));
        for (int i = 0; i < 32; i++) Assert.Equal(first.GetPixel(i, i), sheet.GetPixel(i, i));
    }

    [Fact]
    public async Task Report_OfARun_CountsEachValidationImageInTheConfusion()
    {
        string html = await ReportAsync(service.Http, service.Trained);
        Assert.Equal(120, Cell().Matches(html).Sum(cell => int.Parse(cell.Groups[1].Value, null)));
    }

    [Fact]
    public async Task Report_OfARunWithoutAModel_LeavesOutWhatNeedsOneWithASentence()
    {
        string html = await ReportAsync(service.Http, service.Waiting);

        Assert.Equal(4, Missing().Count(html));
        Assert.Contains("Left out: The run is paused and has no parameters yet; they come with its first checkpoint.", html, StringComparison.Ordinal);
        Assert.Contains("<h2>Spec</h2>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfARunWhoseDatasetIsDeleted_LeavesOutWhatNeedsItWithASentence()
    {
        string html = await ReportAsync(trained.Client, trained.PlainRun);

        Assert.Equal(3, Missing().Count(html));
        Assert.Contains("Left out: The dataset&#x27;s images are deleted; upload the same dataset again to have them back.", html, StringComparison.Ordinal);
        Assert.Contains("Left out: The run&#x27;s first layer with weights is no convolution.", html, StringComparison.Ordinal);
        Assert.Contains("predict?topK=3", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfAServiceWithAKey_TellsThatItIsNeededAndNotTheKey()
    {
        using var locked = new ServiceApplication { Settings = { ["Security:ApiKey"] = "secret-key" } };
        using HttpClient http = locked.CreateClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", "secret-key");
        var client = new RunClient(http);
        Run run = await client.UntilAsync((await client.SubmitAsync(RunClient.Small())).Id, RunState.Completed);

        string html = await ReportAsync(http, run.Id);

        Assert.Contains("X-Api-Key: YOUR-KEY", html, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", html, StringComparison.Ordinal);
    }

    private static Task<string> ReportAsync(HttpClient http, Guid run) => http.GetStringAsync($"/api/runs/{run}/report.html", Cancel);

    [GeneratedRegex(@"<([a-zA-Z][a-zA-Z0-9]*)")]
    private static partial Regex ElementName();

    [GeneratedRegex(@"<script|<link|<iframe|\b(src|href)=""(?!data:image/png;|#)|url\((?!data:image/png;|#)|javascript:")]
    private static partial Regex ElsewhereOrScript();

    [GeneratedRegex(@"<small>[^<]*, image (\d+)</small>")]
    private static partial Regex ImageNumber();

    [GeneratedRegex(@"--sheet:url\(data:image/png;base64,([^)]+)\)")]
    private static partial Regex Sheet();

    [GeneratedRegex(@"<td class=""(?:none|hit|miss)""[^>]*>(\d+)</td>")]
    private static partial Regex Cell();

    [GeneratedRegex(@"class=""missing""")]
    private static partial Regex Missing();
}
