using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>A page of a real browser.</summary>
internal sealed class TestBrowser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium"; // Debian's package
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly List<string> errors = [];
    private IPlaywright? playwright;
    private IBrowser? browser;

    private TestBrowser()
    {
    }

    /// <summary>The page.</summary>
    public IPage Page { get; private set; } = null!;

    /// <summary>The errors that the browser's console has shown.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Opens an empty page.</summary>
    public static async Task<TestBrowser> OpenAsync()
    {
        NeededProgram.Check(Chromium, "chromium");
        var opened = new TestBrowser();
        try
        {
            await opened.StartAsync();
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.CloseAsync();
        playwright?.Dispose();
    }

    private async Task StartAsync()
    {
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
    }

    private void Note(string type, string text)
    {
        if (type == "error") errors.Add(text);
    }
}
