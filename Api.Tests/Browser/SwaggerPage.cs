using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>Swagger UI of a real service in a real browser.</summary>
internal sealed class SwaggerPage : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestBrowser browser;

    private SwaggerPage(TestBrowser browser) => this.browser = browser;

    /// <summary>The service behind the page, where it was started for it.</summary>
    public ServiceProcess Service { get; private set; } = null!;

    /// <summary>The page.</summary>
    public IPage Page => browser.Page;

    /// <summary>The errors that the browser's console has shown.</summary>
    public IReadOnlyList<string> Errors => browser.Errors;

    /// <summary>Starts a browser, and a service unless an address is given, and opens the page.</summary>
    public static async Task<SwaggerPage> OpenAsync(Uri? address = null)
    {
        var page = new SwaggerPage(await TestBrowser.OpenAsync());
        try
        {
            if (address is null) page.Service = await ServiceProcess.StartAsync(page.folder.Path);
            await page.Page.GotoAsync((address ?? new Uri(page.Service.Client.BaseAddress!, "/swagger")).ToString());
            await page.Page.Locator(".opblock").First.WaitForAsync();
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
        await browser.DisposeAsync();
        if (Service is not null) await Service.DisposeAsync();
        folder.Dispose();
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
