using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>Swagger UI of a real service in a real browser. A test is skipped where there is none, except where CI is set: there it fails.</summary>
internal sealed class SwaggerPage : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium"; // Debian's package
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly TemporaryFolder folder = new();
    private readonly List<string> errors = [];
    private IPlaywright? playwright;
    private IBrowser? browser;

    private SwaggerPage()
    {
    }

    /// <summary>The service behind the page.</summary>
    public ServiceProcess Service { get; private set; } = null!;

    /// <summary>The page.</summary>
    public IPage Page { get; private set; } = null!;

    /// <summary>What the browser's console has shown as errors.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Starts service and browser, and opens the page.</summary>
    public static async Task<SwaggerPage> OpenAsync()
    {
        if (!File.Exists(Chromium))
        {
            Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"There is no browser at {Chromium}; install the package chromium.");
            Assert.Fail($"There is no browser at {Chromium}, and CI is set; install the package chromium.");
        }

        var page = new SwaggerPage();
        try
        {
            await page.StartAsync();
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>Loads the page again.</summary>
    public async Task ReloadAsync()
    {
        await Page.ReloadAsync();
        await Page.Locator(".opblock").First.WaitForAsync();
    }

    /// <summary>Unfolds an operation and presses "Try it out".</summary>
    public async Task<Operation> TryAsync(string method, string path)
    {
        ILocator block = Page.Locator($".opblock-{method}").Filter(new() { Has = Page.Locator($"[data-path='{path}']") });
        await block.Locator(".opblock-summary-control").ClickAsync();
        await block.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        return new Operation(block);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.CloseAsync();
        playwright?.Dispose();
        if (Service is not null) await Service.DisposeAsync();
        folder.Dispose();
    }

    private async Task StartAsync()
    {
        Service = await ServiceProcess.StartAsync(folder.Path);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Args = Arguments,
            Timeout = (float)HangGuard.Limit.TotalMilliseconds,
        });
        Page = await browser.NewPageAsync();
        Page.SetDefaultTimeout((float)HangGuard.Limit.TotalMilliseconds);
        Page.Console += (_, message) => Note(message.Type, message.Text);
        Page.PageError += (_, message) => Note("error", message);
        await Page.GotoAsync(new Uri(Service.Client.BaseAddress!, "/swagger").ToString());
        await Page.Locator(".opblock").First.WaitForAsync();
    }

    private void Note(string type, string text)
    {
        if (type == "error") errors.Add(text);
    }
}

/// <summary>An operation of the page that is being tried out.</summary>
internal sealed class Operation(ILocator block)
{
    /// <summary>Its part of the page.</summary>
    public ILocator Block => block;

    /// <summary>Fills in a parameter, or a part of a form.</summary>
    public Task FillAsync(string name, string value) => block.Locator($"tr:is([data-param-name='{name}'], [data-property-name='{name}']) input").FillAsync(value);

    /// <summary>Chooses the content type of the body.</summary>
    public Task ChooseAsync(string contentType) => block.Locator(".opblock-section-request-body select.content-type").SelectOptionAsync(contentType);

    /// <summary>Chooses a file for the body.</summary>
    public Task ChooseFileAsync(string name, string type, byte[] content) =>
        block.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = name, MimeType = type, Buffer = content });

    /// <summary>Presses "Execute", and waits for an answer with this status, which must be a documented one.</summary>
    public async Task ExecuteAsync(int status)
    {
        await block.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
        ILocator answer = block.Locator(".live-responses-table tr.response");
        await answer.WaitForAsync();
        Assert.True(await answer.Locator(".response-col_status").InnerTextAsync() == $"{status}", await answer.InnerTextAsync());
    }
}
