using CnnService.Api.Data;
using CnnService.Api.Runs;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>
/// Every view of the page: readable by everybody, at every width, by light and by dark, without errors. Each is kept as a picture in the folder
/// screenshots beside the tests, from which those of docs/images are taken.
/// </summary>
public sealed class PageViewsTests(PageViewsTests.Trained trained) : IClassFixture<PageViewsTests.Trained>
{
    private const string Start = "start", SignIn = "sign-in"; // of services of their own: without runs, and with a key
    private const int Wide = 1280, Narrow = 360, Height = 900;

    // Named as the pictures; RUN, OTHER and DATA stand for those of the service.
    private static readonly (string Name, string Address, string Shown)[] Views =
    [
        (Start, "", "Teach a network your pictures"),
        (SignIn, "", "This service asks for a key"),
        ("runs", "", "Compare"),
        ("run", "runs/RUN", "Numbers as CSV"),
        ("confusion", "runs/RUN?tab=confusion", "What is taken for what"),
        ("try", "runs/RUN?tab=try", "Give it a picture"),
        ("use", "runs/RUN?tab=use", "curl"),
        ("details", "runs/RUN?tab=details", "Seed"),
        ("compare", "compare?ids=RUN,OTHER", "What differs"),
        ("datasets", "datasets", "shapes"),
        ("dataset", "datasets/shapes", "circle"),
        ("new", "new?dataset=shapes", "How to train"),
        ("nothing", "models/none", "There is nothing at this address"),
    ];

    public static MatrixTheoryData<string, ColorScheme> Cases { get; } = new(Views.Select(view => view.Name), [ColorScheme.Light, ColorScheme.Dark]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task View_LightOrDark_IsAccessibleFitsAndIsFreeOfErrors(string name, ColorScheme scheme)
    {
        (_, string address, string shown) = Views.Single(view => view.Name == name);
        await using PageVisit visit = await (name switch
        {
            Start => PageVisit.BeginAsync(),
            SignIn => PageVisit.BeginAsync("--Security:ApiKey", "sesame"),
            _ => PageVisit.BeginAsync(trained.Service),
        });
        await visit.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        foreach (int width in (int[])[Wide, Narrow])
        {
            await visit.Page.SetViewportSizeAsync(width, Height);
            await visit.GoAsync(address.Replace("RUN", $"{trained.Run}", StringComparison.Ordinal).Replace("OTHER", $"{trained.Other}", StringComparison.Ordinal));
            await visit.SeesAsync(shown);
            await visit.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await visit.Page.GetByText("is being measured").First.WaitForAsync(new() { State = WaitForSelectorState.Detached }); // how long a run would take

            AxeResult found = await visit.Page.RunAxe();
            Assert.Empty(found.Violations.Where(violation => violation.Impact is "serious" or "critical").Select(violation => $"{violation.Id}: {string.Join(", ", violation.Nodes.Select(node => node.Html))}"));
            Assert.InRange(await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 1, width);
            string picture = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{name}-{$"{scheme}".ToLowerInvariant()}{(width == Narrow ? "-narrow" : "")}.png");
            if (width == Narrow) await ShowAllAsync(visit.Page);
            await visit.Page.ScreenshotAsync(new() { Path = picture });
        }

        Assert.DoesNotContain(visit.Faults, fault => name != SignIn || !fault.Contains("401", StringComparison.Ordinal)); // by which the page learns of the key
    }

    // What comes into sight is loaded and drawn then, so all of it does.
    private static async Task ShowAllAsync(IPage page)
    {
        int height = await page.EvaluateAsync<int>("() => document.documentElement.scrollHeight");
        await page.SetViewportSizeAsync(Narrow, Math.Max(Height, height));
        await page.Locator("img[src^='data:image/gif']:visible").First.WaitForAsync(new() { State = WaitForSelectorState.Detached }); // what stands for a picture until it is there
        await page.EvaluateAsync("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
    }

    /// <summary>A service that has trained two runs.</summary>
    public sealed class Trained : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();

        /// <summary>The service.</summary>
        public ServiceProcess Service { get; private set; } = null!;

        /// <summary>A run of a preset.</summary>
        public Guid Run { get; private set; }

        /// <summary>Another one with another learning rate.</summary>
        public Guid Other { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Service = await ServiceProcess.StartAsync(folder.Path);
            var runs = new Runs.RunClient(Service.Client);
            Run run = await runs.SubmitAsync("""{"name":"shapes, the first try","dataset":"shapes","epochs":4,"batchSize":50}""");
            Run other = await runs.SubmitAsync("""{"name":"shapes, faster","dataset":"shapes","epochs":4,"batchSize":50,"optimizer":{"type":"adam","learningRate":0.003}}""");
            (Run, Other) = (run.Id, other.Id);
            foreach (Guid id in (Guid[])[Run, Other]) await runs.UntilAsync(id, RunState.Completed);
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            folder.Dispose();
        }
    }
}
