using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace CnnService.Api.Tests.Hosting;

/// <summary>The page at / is sent at each of its addresses, without a key, and loads nothing of others.</summary>
public sealed partial class WebPageTests(WebPageTests.Service service) : IClassFixture<WebPageTests.Service>
{
    private const int FirstLoadLimit = 120_000; // bytes, compressed

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "./")]
    [InlineData("/runs", "./")]
    [InlineData("/new?dataset=shapes", "./")]
    [InlineData("/compare?ids=1,2", "./")]
    [InlineData("/runs/01a21969-1026-7799-ba21-0b67f9248e09?tab=details", "../")]
    [InlineData("/datasets/my%20cats", "../")]
    [InlineData("/models/cats", "../")]
    [InlineData("/datasets/", "../")]
    public async Task Get_AddressOfAView_IsThePageWithTheWayToItsFiles(string address, string root)
    {
        using HttpResponseMessage answer = await service.Client.GetAsync(address, Cancel);

        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8", "no-cache"), (answer.StatusCode, $"{answer.Content.Headers.ContentType}", $"{answer.Headers.CacheControl}"));
        Assert.Contains($"<base href=\"{root}\">", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/pages")]
    [InlineData("/runs/1/2")]
    [InlineData("/assets/none.js")]
    [InlineData("/api")]
    public async Task Get_AnotherAddress_IsAProblem(string address)
    {
        using HttpResponseMessage answer = await service.Client.GetAsync(address, Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Head_Page_HasTheHeadersAlone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/runs");
        using HttpResponseMessage answer = await service.Client.SendAsync(request, Cancel);
        Assert.Equal(("text/html; charset=utf-8", 0), ($"{answer.Content.Headers.ContentType}", (await answer.Content.ReadAsByteArrayAsync(Cancel)).Length));
    }

    [Fact]
    public async Task Files_OfTheFirstLoad_AreKeptByBrowsersAndFewBytes()
    {
        NeedPage();
        string page = await service.Client.GetStringAsync("/", Cancel);
        string[] files = [.. FileInPage().Matches(page).Select(match => match.Groups[1].Value)];
        Assert.Contains(files, file => file.EndsWith(".js", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith(".css", StringComparison.Ordinal));

        int bytes = page.Length;
        foreach (string file in files)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file);
            request.Headers.AcceptEncoding.ParseAdd("br");
            using HttpResponseMessage answer = await service.Client.SendAsync(request, Cancel);
            Assert.Equal((HttpStatusCode.OK, "br"), (answer.StatusCode, answer.Content.Headers.ContentEncoding.Single()));
            Assert.Equal("public, max-age=31536000, immutable", $"{answer.Headers.CacheControl}");
            bytes += (await answer.Content.ReadAsByteArrayAsync(Cancel)).Length;
        }

        Assert.InRange(bytes, 1, FirstLoadLimit);
    }

    [Fact]
    public async Task Page_WhereAKeyIsSet_NeedsNone()
    {
        await using var application = new ServiceApplication { Settings = { ["Security:ApiKey"] = "sesame" } };
        HttpClient client = application.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/runs", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/runs", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Page_ThatWasNotBuilt_SaysWhatIsMissingAndWhereSwaggerIs()
    {
        using var empty = new TemporaryFolder();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebPage.AddTo(builder.Services);
        await using WebApplication app = builder.Build();
        WebPage.Use(app, empty.Path);
        await app.StartAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        string page = await client.GetStringAsync("/runs/1", Cancel);

        Assert.Contains("Node.js 20.19", page, StringComparison.Ordinal);
        Assert.Contains("<base href=\"../\">", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"swagger\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_WithoutNode_WarnsAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        string sources = Path.Combine(AppContext.BaseDirectory, "Dashboard"), own = Path.Combine(folder.Path, "Dashboard");
        Directory.CreateDirectory(own);
        File.Copy(Path.Combine(sources, "Dashboard.targets"), Path.Combine(folder.Path, "Dashboard.targets"));
        foreach (string file in (string[])["package.json", "package-lock.json"]) File.Copy(Path.Combine(sources, file), Path.Combine(own, file));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "sh"), "/bin/sh"); // the one program that there is
        string project = Path.Combine(folder.Path, "page.proj");
        await File.WriteAllTextAsync(project, "<Project><Import Project=\"Dashboard.targets\" /></Project>", Cancel);

        var start = new ProcessStartInfo("dotnet", ["msbuild", project, "-t:BuildDashboard", "-nologo"])
        {
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = folder.Path },
        };
        using Process build = Process.Start(start)!;
        string output = await build.StandardOutput.ReadToEndAsync(Cancel);
        await build.WaitForExitAsync(Cancel);

        Assert.Equal(0, build.ExitCode);
        Assert.Contains("warning CNN0001: The page at / was not built: it needs Node.js 20.19", output, StringComparison.Ordinal);
    }

    // The build leaves the page out where Node.js is missing; so do its tests, except where CI is set.
    private static void NeedPage() => NeededProgram.Check(Path.Combine(WebPage.Folder, "index.html"), "nodejs, with npm, and build again");

    [GeneratedRegex("(?:src|href)=\"\\./(assets/[^\"]+)\"")]
    private static partial Regex FileInPage();

    public sealed class Service : IDisposable
    {
        private readonly ServiceApplication application = new();

        public Service() => Client = application.CreateClient();

        public HttpClient Client { get; }

        public void Dispose() => application.Dispose();
    }
}
