using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>What a person does on the page, from pictures to a network that answers.</summary>
public sealed class JourneyTests
{
    private const int PerClass = 30;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Zip_ChosenOnTheFirstView_IsADatasetWithItsCountsAndRefusals()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        (string Name, byte[] Content)[] files = [.. LevelFiles(), ("dark/notes.txt", "no picture"u8.ToArray())];

        await visit.GoAsync("");
        await visit.SeesAsync("Teach a network your pictures");
        await visit.ChooseAsync("Archive", "levels.zip", Archives.Zip(files));
        Assert.Equal("levels", await visit.Page.GetByLabel("Name of the dataset").InputValueAsync());
        await visit.PressAsync("Upload");

        await visit.SeesAsync("What became of the upload");
        await visit.SeesAsync("dark/notes.txt");
        JsonElement dataset = await visit.Service.Client.GetJsonAsync("/api/datasets/levels");
        Assert.Equal((2 * PerClass, "bright, dark"), (dataset.GetProperty("trainImages").GetInt32(), string.Join(", ", dataset.GetProperty("classes").EnumerateArray().Select(each => each.GetProperty("label").GetString()))));
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Folder_Dropped_IsPackedByTheBrowser()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        using var folder = new TemporaryFolder();
        string root = Path.Combine(folder.Path, "levels");
        foreach ((string name, byte[] content) in LevelFiles())
        {
            string path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, Cancel);
        }

        await visit.GoAsync("datasets");
        await visit.SeesAsync("Drop a folder");
        await visit.DropAsync(root);
        await visit.PressAsync("Upload");

        await visit.SeesAsync("What became of the upload");
        Assert.Equal(2 * PerClass, (await visit.Service.Client.GetJsonAsync("/api/datasets/levels")).GetProperty("trainImages").GetInt32());
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Run_OfAPreset_LearnsAndAnswersByFilePasteAndDrawing()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        await visit.Service.Client.UploadAsync("levels", Archives.Zip(LevelFiles()));

        await visit.GoAsync("new?dataset=levels");
        await visit.Page.GetByRole(AriaRole.Radio, new() { Name = "small" }).CheckAsync();
        await visit.PressAsync("Train");
        await visit.Page.WaitForURLAsync(url => url.Contains("/runs/", StringComparison.Ordinal));
        await visit.SeesAsync("Done: ");
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Try it" }).ClickAsync();

        await visit.Page.Locator("input[type=file][multiple]").First.SetInputFilesAsync(new FilePayload { Name = "night.png", MimeType = "image/png", Buffer = Archives.Grey(10) });
        await visit.SeesAsync("This is a dark");
        await visit.Page.EvaluateAsync(Paste, Convert.ToBase64String(Archives.Grey(240)));
        await visit.SeesAsync("This is a bright");
        await visit.ScribbleAsync(visit.Page.GetByRole(AriaRole.Img, new() { Name = "A place to draw" }));
        await visit.SeesAsync("your drawing");
        await visit.Page.Locator(".said").WaitForAsync();

        Assert.Equal("small", (await visit.Service.Client.GetJsonAsync("/api/runs")).GetProperty("items")[0].GetProperty("preset").GetString());
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Confusion_CellAndMistakes_ShowThePicturesBehindThem()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        Run run = await visit.Runs.SubmitAsync("""{"dataset":"shapes","epochs":1,"batchSize":500}"""); // hardly trained, so that there are mistakes
        await visit.Runs.UntilAsync(run.Id, RunState.Completed);
        JsonElement mistake = (await visit.Service.Client.GetJsonAsync($"/api/runs/{run.Id}/mistakes?limit=1")).GetProperty("items")[0];
        (string label, string predicted) = (mistake.GetProperty("label").GetString()!, mistake.GetProperty("predicted").GetString()!);
        JsonElement behind = await visit.Service.Client.GetJsonAsync($"/api/runs/{run.Id}/mistakes?true={label}&predicted={predicted}&limit=200");
        int count = behind.GetProperty("items").GetArrayLength();
        int sheets = 0;
        visit.Page.Request += (_, request) => sheets += request.Url.Contains("/sheet.png", StringComparison.Ordinal) ? 1 : 0;

        await visit.GoAsync($"runs/{run.Id}?tab=confusion");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = $"of {label} taken for {predicted}" }).ClickAsync();
        ILocator pictures = await visit.PicturesAsync($"Pictures of {label} taken for {predicted}");
        await visit.PicturesAsync("Worst mistakes");

        Assert.Equal(count, await pictures.CountAsync());
        Assert.Equal(2, sheets); // one for the cell, one for the worst
        Assert.Contains($"true={label}", visit.Page.Url, StringComparison.Ordinal);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Runs_TwoChosen_AreCompared()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        foreach (string rate in (string[])["0.001", "0.002"])
        {
            Run run = await visit.Runs.SubmitAsync($$"""{"name":"rate {{rate}}","dataset":"shapes","epochs":1,"batchSize":200,"optimizer":{"type":"adam","learningRate":{{rate}}} }""");
            await visit.Runs.UntilAsync(run.Id, RunState.Completed);
        }

        await visit.GoAsync("");
        foreach (string rate in (string[])["0.001", "0.002"]) await visit.Page.GetByRole(AriaRole.Checkbox, new() { Name = $"rate {rate}" }).CheckAsync();
        await visit.PressAsync("Compare");

        await visit.SeesAsync("What differs");
        await visit.SeesAsync("Learning rate");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task BadNetwork_IsRefusedBesideItsField()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        const string spec = """{"dataset":"shapes","model":{"type":"layers","layers":[{"type":"convolution","filters":8,"size":99},{"type":"affine"}]}}""";

        await visit.GoAsync("new?dataset=shapes&view=json");
        await visit.Page.Locator("textarea").FillAsync(spec);
        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Form" }).ClickAsync();

        ILocator layer = visit.Page.Locator(".schema-list > li").First;
        await layer.Locator(".wrong").First.WaitForAsync();
        Assert.Contains("99", await layer.Locator(".wrong").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty((await visit.Service.Client.GetJsonAsync("/api/runs")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Key_WhereOneIsSet_IsAskedForOnceAndUsedForAll()
    {
        await using PageVisit visit = await PageVisit.BeginAsync("--Security:ApiKey", "sesame");

        await visit.GoAsync("datasets/shapes");
        await visit.Page.GetByLabel("Key").FillAsync("simsalabim");
        await visit.PressAsync("Enter");
        await visit.SeesAsync("This is not the key of the service.");
        await visit.Page.GetByLabel("Key").FillAsync("sesame");
        await visit.PressAsync("Enter");

        await visit.SeesAsync("circle");
        await visit.Page.Locator("img[src^='blob:']").First.WaitForAsync(); // a picture, which an address alone would not get
        await visit.SeesAsync("live");
        await visit.GoAsync("runs");
        await visit.SeesAsync("Teach a network your pictures");
    }

    // Grey pictures, dark and bright, which any network tells apart.
    private static (string Name, byte[] Content)[] LevelFiles() =>
    [
        .. Enumerable.Range(0, PerClass).SelectMany(i => new[] { ($"dark/{i}.png", Archives.Grey((byte)(i * 2))), ($"bright/{i}.png", Archives.Grey((byte)(190 + i * 2))) }),
    ];

    private const string Paste = """
        picture => {
          const bytes = Uint8Array.from(atob(picture), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
          document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }
        """;
}
