using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Training.Tensors;

namespace CnnService.Api.Tests.Runs;

/// <summary>What a recipe asks beyond network and update rule shows in the run, its events and its predictions.</summary>
public sealed class RecipeTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private const string Impatient = """ "stopping":{"type":"patience","epochs":1,"metric":"validationLoss","minimumGain":1000},"learningRateDecay":0.5 """;

    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_ThatStopsEarly_IsCompletedAndSaysSo()
    {
        Run early = await client.SubmitAsync(RunClient.Small(5, Impatient)), whole = await client.SubmitAsync(RunClient.Small(1));
        early = await client.UntilAsync(early.Id, RunState.Completed);
        whole = await client.UntilAsync(whole.Id, RunState.Completed);

        Assert.Equal((true, 72L, 180L, 2), (early.StoppedEarly, early.Iteration, early.TotalIterations, early.Epoch));
        Assert.Equal((false, 36L), (whole.StoppedEarly, whole.Iteration));
        Assert.NotNull(early.TestAccuracy);
    }

    [Fact]
    public async Task EpochEvents_OfARun_TellLossRateAndEachClass()
    {
        Run run = await client.SubmitAsync(RunClient.Small(2, Impatient));
        run = await client.UntilAsync(run.Id, RunState.Completed);

        RunEvent[] epochs = [.. (await client.EventsAsync(run.Id)).Items.Where(item => item.Type == EventType.Epoch)];

        Assert.Equal([0.001, 0.001, 0.0005], epochs.Select(item => item.LearningRate!.Value));
        Assert.All(epochs, item => Assert.InRange(item.ValidationLoss!.Value, 1e-6, 10));
        Assert.Equal(run.ValidationLoss, epochs[^1].ValidationLoss);
        // Of each class equally many validate.
        Assert.All(epochs, item => Assert.Equal(item.ValidationAccuracy!.Value, item.PerClass!.Average(accuracy => accuracy!.Value), 1e-12));
        Assert.All(epochs, item => Assert.Equal(10, item.PerClass!.Count));
    }

    [Fact]
    public async Task Predict_OfARunWithViews_SeesThemUnlessOthersAreAsked()
    {
        Run run = await client.SubmitAsync(RunClient.Small(2, """ "testTimeAugmentation":"mirror-translate","averaging":{"type":"lookahead"} """));
        run = await client.UntilAsync(run.Id, RunState.Completed);
        byte[] pixels = [.. Enumerable.Range(0, 3 * 32 * 32).Select(i => (byte)(i * i % 251))];
        byte[] mirrored = [.. pixels.Chunk(32).SelectMany(row => row.Reverse())];

        async Task<string> AskAsync(byte[] picture, string query) => (await PredictAsync(run.Id, picture, query)).GetProperty("predictions").GetRawText();

        string usual = await AskAsync(pixels, ""), alone = await AskAsync(pixels, "?testTimeAugmentation=none");
        Assert.Equal(await AskAsync(pixels, "?testTimeAugmentation=mirror-translate"), usual);
        Assert.NotEqual(usual, alone);
        Assert.NotEqual(await AskAsync(mirrored, "?testTimeAugmentation=none"), alone);
        Assert.Equal(await AskAsync(mirrored, "?testTimeAugmentation=mirror"), await AskAsync(pixels, "?testTimeAugmentation=mirror"));
    }

    private async Task<JsonElement> PredictAsync(Guid run, byte[] pixels, string query)
    {
        using var body = new ByteArrayContent(PictureEncoder.ToPng(pixels, new Shape(3, 32, 32)));
        body.Headers.ContentType = new("image/png");
        HttpResponseMessage response = await client.Http.PostAsync($"/api/runs/{run}/predict{query}", body, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
