using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using CnnService.Api.Tests.Pictures;
using CnnService.Api.Tests.Runs;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Models;

/// <summary>Predict brings a picture to size as the dataset brought those that the run learned from, even when the dataset is gone.</summary>
public sealed class KeptFittingTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Predict_PictureOf28OnARunOfIdxFiles_GetsTheBorderThatTrainingGaveIt()
    {
        byte[] archive = Zip(("train-images-idx3-ubyte", IdxImages(40)), ("train-labels-idx1-ubyte", IdxLabels(40)));
        (JsonElement report, Guid run) = await TrainAsync(archive);
        Assert.Equal(2, report.GetProperty("fitting").GetProperty("border").GetInt32());

        byte[] small = [.. Enumerable.Range(0, 28 * 28).Select(i => (byte)(i / 3))], whole = new byte[32 * 32];
        for (int y = 0; y < 28; y++) small.AsSpan(28 * y, 28).CopyTo(whole.AsSpan((y + 2) * 32 + 2));
        string expected = await PredictAsync(run, PictureFiles.Png(0, whole));
        Assert.Equal(expected, await PredictAsync(run, PictureFiles.Png(0, small, width: 28, height: 28)));
        Assert.Equal(expected, await PredictAsync(run, PictureFiles.Png(0, small, width: 28, height: 28), "?resize=true"));
        Assert.Equal(expected, await PredictAsync(run, PictureFiles.Png(0, whole), "?resize=true"));
        string detail = await PostAsync(run, Colour(1, 40)).ProblemAsync(400, "body");
        Assert.Contains("is 40x40, not 28x28 or 32x32", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_OtherSizeOnARunOfResizedPictures_IsResizedInTheSameWay()
    {
        byte[] wide = PictureFiles.Png(2, [.. Enumerable.Range(0, 3 * 64 * 32).Select(i => (byte)(i / 3 % 64 * 4))], width: 64, height: 32);
        byte[] archive = Zip(("cats/1.png", wide), ("cats/2.png", Colour(2)), ("dogs/1.png", Colour(3)), ("dogs/2.png", Colour(4, 48)));
        (JsonElement report, Guid run) = await TrainAsync(archive, ("resize", "crop"), ("background", "white"));
        Assert.Equal("crop #ffffff", $"{report.GetProperty("fitting").GetProperty("resize")} {report.GetProperty("fitting").GetProperty("background")}");

        string cropped = await PredictAsync(run, wide);
        Assert.Equal(await PredictAsync(run, wide, "?resize=crop"), cropped);
        Assert.NotEqual(await PredictAsync(run, wide, "?resize=squash"), cropped);
        Assert.Equal(await PredictAsync(run, wide, "?resize=true"), await PredictAsync(run, wide, "?resize=squash"));
        Assert.Contains("64x32", await PostAsync(run, wide, "?resize=false").ProblemAsync(400, "body"), StringComparison.Ordinal);

        using HttpResponseMessage deleted = await client.DeleteAsync($"/api/datasets/{report.GetProperty("name")}", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(cropped, await PredictAsync(run, wide));
    }

    [Fact]
    public async Task Predict_TransparentPixels_LieOnTheBackgroundOfTheDataset()
    {
        byte[] clear = new byte[1024], full = [.. Enumerable.Repeat((byte)255, 1024)];
        byte[] transparent = PictureFiles.Png(6, PictureFiles.Interleave(clear, clear, clear, clear)), white = PictureFiles.Png(0, full);
        byte[] archive = Zip(("cats/1.png", Colour(1)), ("cats/2.png", Colour(2)), ("dogs/1.png", Colour(3)), ("dogs/2.png", Colour(4)));
        (_, Guid onWhite) = await TrainAsync(archive, ("background", "#ffffff"));
        (_, Guid onBlack) = await TrainAsync(archive);

        Assert.Equal(await PredictAsync(onWhite, white), await PredictAsync(onWhite, transparent));
        Assert.Equal(await PredictAsync(onBlack, PictureFiles.Png(0, clear)), await PredictAsync(onBlack, transparent));
        Assert.NotEqual(await PredictAsync(onBlack, white), await PredictAsync(onBlack, transparent));
    }

    private async Task<(JsonElement Report, Guid Run)> TrainAsync(byte[] archive, params (string Name, string Text)[] parts)
    {
        string name = $"fitted-{Guid.NewGuid():n}";
        JsonElement report = await client.UploadAsync(name, archive, parts: parts).JsonAsync(HttpStatusCode.Created);
        var runs = new RunClient(client);
        Run run = await runs.SubmitAsync($$"""{"dataset":"{{name}}","epochs":1,"model":{"type":"layers","layers":[{"type":"affine"}]} }""");
        await runs.UntilAsync(run.Id, RunState.Completed);
        return (report, run.Id);
    }

    private async Task<string> PredictAsync(Guid run, byte[] picture, string query = "") =>
        (await PostAsync(run, picture, query).JsonAsync(HttpStatusCode.OK)).GetProperty("predictions").GetRawText();

    private async Task<HttpResponseMessage> PostAsync(Guid run, byte[] picture, string query = "")
    {
        using var content = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        return await client.PostAsync($"/api/runs/{run}/predict{query}", content, Cancel);
    }
}
