using System.Collections.Concurrent;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>Many pictures are few requests: the page shows them as contact sheets, and only those that come into sight.</summary>
public sealed class ManyPicturesTests
{
    private const int OnASheet = 128, InACell = 200;

    [Fact]
    public async Task Dataset_OfTenThousand_IsShownBySheetsThatComeIntoSight()
    {
        const int pictures = 10_000, ofTheClass = pictures / 10;
        await using PageVisit visit = await PageVisit.BeginAsync();
        byte[] archive = Archives.Zip(("train-images-idx3-ubyte", Archives.IdxImages(pictures)), ("train-labels-idx1-ubyte", Archives.IdxLabels(pictures)));
        await visit.Service.Client.UploadAsync("digits", archive);
        ConcurrentQueue<string> asked = [];
        visit.Page.Request += (_, request) => asked.Enqueue(request.Url);

        await visit.GoAsync("datasets/digits?class=0");
        await visit.Page.Locator("img[src^='blob:']").First.WaitForAsync();
        Assert.InRange(asked.Where(IsOfTheClass).Distinct().Count(), 1, Sheets(ofTheClass) - 1); // what is out of sight is not asked for
        using CancellationTokenSource limit = HangGuard.Start();
        while (asked.Where(IsOfTheClass).Distinct().Count() < Sheets(ofTheClass))
        {
            await visit.Page.Mouse.WheelAsync(0, 200);
            await Task.Delay(20, limit.Token); // between two turns of the wheel, for the browser to draw; no test judges by it
        }

        Assert.InRange(asked.Count(IsSheet), Sheets(ofTheClass), Sheets(ofTheClass) + 9); // each other class has a row
        Assert.DoesNotContain(asked, IsOnePicture);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Cell_OfTwoHundred_IsOneSheet()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        IEnumerable<(string, byte[])> files = Enumerable.Range(0, 2 * InACell).SelectMany(i => new[] { ($"left/{i}.png", Archives.Grey(90)), ($"right/{i}.png", Archives.Grey(90)) });
        await visit.Service.Client.UploadAsync("twins", Archives.Zip([.. files])); // nobody can tell the classes apart, so all of one are taken for the other
        Run run = await visit.Runs.SubmitAsync("""{"dataset":"twins","epochs":1,"validationFraction":0.5}""");
        await visit.Runs.UntilAsync(run.Id, RunState.Completed);
        JsonElement mistake = (await visit.Service.Client.GetJsonAsync($"/api/runs/{run.Id}/mistakes?limit=1")).GetProperty("items")[0];
        (string label, string predicted) = (mistake.GetProperty("label").GetString()!, mistake.GetProperty("predicted").GetString()!);
        ConcurrentQueue<string> asked = [];
        visit.Page.Request += (_, request) => asked.Enqueue(request.Url);

        await visit.GoAsync($"runs/{run.Id}?tab=confusion&true={label}&predicted={predicted}");
        ILocator pictures = await visit.PicturesAsync($"Pictures of {label} taken for {predicted}");
        await visit.PicturesAsync("Worst mistakes");

        Assert.Equal(InACell, await pictures.CountAsync());
        Assert.Single(asked.Where(IsSheet).Distinct()); // the worst mistakes of all are those of the cell
        Assert.DoesNotContain(asked, IsOnePicture);
        Assert.Empty(visit.Faults);
    }

    // Full ones, one of the full rows that are left, and the last row.
    private static int Sheets(int pictures) => pictures / OnASheet + 2;

    private static bool IsOfTheClass(string url) => IsSheet(url) && url.Contains("label=0", StringComparison.Ordinal);

    private static bool IsSheet(string url) => url.Contains("/sheet.png?", StringComparison.Ordinal);

    private static bool IsOnePicture(string url) => url.Contains("/images/", StringComparison.Ordinal);
}
