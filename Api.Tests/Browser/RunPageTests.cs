using System.Globalization;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.Playwright;

namespace CnnService.Api.Tests.Browser;

/// <summary>A run, watched in a browser.</summary>
public sealed class RunPageTests
{
    // Slow enough to be met in its midst; its iterations are few enough to be drawn each.
    private static string Slow(int epochs) =>
        $$"""{"dataset":"shapes","epochs":{{epochs}},"batchSize":200,"model":{"type":"three-layer-conv-net","filters":16,"filterSize":5,"hiddenUnits":50} }""";

    [Fact]
    public async Task Run_WatchedThroughAKillAndARestart_HasTheWholeCurve()
    {
        await using PageVisit visit = await PageVisit.BeginAsync();
        Run run = await visit.Runs.SubmitAsync(Slow(50));

        await visit.GoAsync($"runs/{run.Id}");
        await visit.Page.WaitForFunctionAsync("() => Number(document.querySelector('[data-iterations]')?.dataset.iterations) > 20");
        await visit.RestartAsync(() => visit.SeesAsync("reconnecting, nothing is lost"));
        await visit.SeesAsync("Done: ");

        run = await visit.Runs.GetAsync(run.Id);
        Assert.Equal(RunState.Completed, run.State);
        await visit.Page.Locator($"[data-iterations='{run.Iteration}']").WaitForAsync();
        double[] losses = [.. (await visit.Runs.EventsAsync(run.Id)).Items.Where(item => item.Type == EventType.Iteration).Select(item => item.Loss!.Value)];
        Assert.Equal(losses.Select((loss, i) => (i + 1L, loss)), await CurveAsync(visit.Page));
        Assert.StartsWith("✓ ", await visit.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(visit.Faults, fault => !fault.Contains("ERR_CONNECTION_REFUSED", StringComparison.Ordinal) && !fault.Contains("WebSocket", StringComparison.Ordinal));
    }

    // The numbers that the page draws, by its own button.
    private static async Task<IEnumerable<(long Iteration, double Mean)>> CurveAsync(IPage page)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Numbers as CSV" }).ClickAsync());
        string[] lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        return [.. lines.Skip(1).Select(line => line.Split(',')).Select(fields => (long.Parse(fields[0], CultureInfo.InvariantCulture), double.Parse(fields[3], CultureInfo.InvariantCulture)))];
    }
}
