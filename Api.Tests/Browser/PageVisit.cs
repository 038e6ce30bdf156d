using CnnService.Api.Hosting;
using CnnService.Api.Tests.Runs;
using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>The page of a real service in a real browser, which notes everything that a page must not do.</summary>
internal sealed class PageVisit : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<string> elsewhere = [];
    private readonly string[] arguments;
    private bool isGuest;
    private TestBrowser browser = null!;
    private string address = "";

    private PageVisit(string[] arguments) => this.arguments = arguments;

    /// <summary>The service behind the page.</summary>
    public ServiceProcess Service { get; private set; } = null!;

    /// <summary>The page.</summary>
    public IPage Page => browser.Page;

    /// <summary>The runs' endpoints of the service.</summary>
    public RunClient Runs => new(Service.Client);

    /// <summary>What the browser's console has shown as errors, reports of the content security policy among them, and the requests to other hosts.</summary>
    public IEnumerable<string> Faults => browser.Errors.Concat(elsewhere);

    /// <summary>Starts a service and a browser, in which nothing is open yet.</summary>
    public static async Task<PageVisit> BeginAsync(params string[] arguments)
    {
        var visit = new PageVisit(arguments);
        return await visit.OpenAsync(await ServiceProcess.StartAsync(visit.folder.Path, arguments));
    }

    /// <summary>Starts a browser for a service that outlives the visit.</summary>
    public static Task<PageVisit> BeginAsync(ServiceProcess service) => new PageVisit([]) { isGuest = true }.OpenAsync(service);

    private async Task<PageVisit> OpenAsync(ServiceProcess service)
    {
        Service = service;
        try
        {
            NeededProgram.Check(Path.Combine(WebPage.Folder, "index.html"), "nodejs, with npm, and build again");
            address = Service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
            browser = await TestBrowser.OpenAsync();
            Page.Request += (_, request) => Note(request.Url);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a view by its address.</summary>
    public Task GoAsync(string path) => Page.GotoAsync($"{address}/{path}");

    /// <summary>Kills the service, does something without it, and starts it again at its address and over its data.</summary>
    public async Task RestartAsync(Func<Task> meanwhile)
    {
        await Service.DisposeAsync();
        await meanwhile();
        Service = await ServiceProcess.StartAsync(folder.Path, [.. arguments, "--Urls", address]);
    }

    /// <summary>Waits until a part of the page shows a text.</summary>
    public Task SeesAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>The pictures of a list to choose from, when they are there.</summary>
    public async Task<ILocator> PicturesAsync(string list)
    {
        ILocator pictures = Page.GetByRole(AriaRole.Listbox, new() { Name = list, Exact = true }).GetByRole(AriaRole.Option);
        await pictures.First.Locator("[style*='blob:']").WaitForAsync();
        return pictures;
    }

    /// <summary>Presses a button.</summary>
    public Task PressAsync(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Chooses a file for an input that a button stands for.</summary>
    public Task ChooseAsync(string input, string name, byte[] content) =>
        Page.Locator($"input[aria-label='{input}']").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = content });

    /// <summary>Drops a file or a folder of the disk in the middle of the page.</summary>
    public async Task DropAsync(string path)
    {
        ICDPSession session = await Page.Context.NewCDPSessionAsync(Page);
        foreach (string type in (string[])["dragEnter", "dragOver", "drop"])
        {
            await session.SendAsync("Input.dispatchDragEvent", new()
            {
                ["type"] = type,
                ["x"] = 600,
                ["y"] = 300,
                ["data"] = new { items = Array.Empty<object>(), files = new[] { path }, dragOperationsMask = 1 },
            });
        }
    }

    /// <summary>Draws a line with the mouse.</summary>
    public async Task ScribbleAsync(ILocator canvas)
    {
        await canvas.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await canvas.BoundingBoxAsync())!;
        await Page.Mouse.MoveAsync(box.X + 20, box.Y + 20);
        await Page.Mouse.DownAsync();
        await Page.Mouse.MoveAsync(box.X + box.Width - 20, box.Y + box.Height - 20, new() { Steps = 10 });
        await Page.Mouse.UpAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        if (!isGuest) await Service.DisposeAsync();
        folder.Dispose();
    }

    private void Note(string url)
    {
        if (!url.StartsWith(address, StringComparison.Ordinal) && !url.StartsWith("blob:", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal))
            elsewhere.Add($"request to {url}");
    }
}
