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

/// <summary>Datasets of other sizes than 32x32 are uploaded, trained on and predicted with; the size is the dataset's.</summary>
public sealed class SizeTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(128)]
    public async Task Pictures_OfASize_AreTrainedOnAndPredicted(int size)
    {
        byte[] archive = Zip([.. Enumerable.Range(0, 8).Select(i => ($"{(i % 2 == 0 ? "cats" : "dogs")}/{i}.png", Colour(i, size)))]);
        (JsonElement report, Run run) = await TrainAsync(archive, ("size", $"{size}"));

        Assert.Equal((size, size), (report.GetProperty("size").GetInt32(), run.Size));
        Assert.Equal(size, (await client.GetJsonAsync($"/api/datasets/{run.Dataset}")).GetProperty("size").GetInt32());
        byte[] stored = await client.GetByteArrayAsync($"/api/datasets/{run.Dataset}/images/0.png", Cancel);
        Assert.Equal(await PredictAsync(run, Colour(0, size)), await PredictAsync(run, stored));
        Assert.Contains($"is 32x32, not {size}x{size}", await PostAsync(run, Colour(1)).ProblemAsync(400, "body"), StringComparison.Ordinal);
        Assert.NotEmpty(await PredictAsync(run, Colour(1), "?resize=true"));
    }

    [Fact]
    public async Task Pictures_OfOtherSizes_AreBroughtToTheDatasetsSize()
    {
        byte[] archive = Zip([.. Enumerable.Range(0, 8).Select(i => ($"{(i % 2 == 0 ? "cats" : "dogs")}/{i}.png", Colour(i, 32 + i)))]);
        (JsonElement report, Run run) = await TrainAsync(archive, ("resize", "squash"), ("size", "48"));

        Assert.Equal(48, report.GetProperty("fitting").GetProperty("size").GetInt32());
        byte[] stored = await client.GetByteArrayAsync($"/api/datasets/{run.Dataset}/images/1.png", Cancel);
        Assert.Equal(await PredictAsync(run, Colour(2, 34)), await PredictAsync(run, stored));
    }

    [Theory]
    [InlineData("28", 28, 0)]
    [InlineData("30", 30, 1)]
    [InlineData(null, 32, 2)]
    public async Task IdxFiles_Of28_TakeTheSizeThatIsAskedFor(string? asked, int size, int border)
    {
        byte[] archive = Zip(("train-images-idx3-ubyte", IdxImages(40)), ("train-labels-idx1-ubyte", IdxLabels(40)));
        (JsonElement report, Run run) = await TrainAsync(archive, asked is null ? [] : [("size", asked)]);

        Assert.Equal((size, border), (run.Size, report.GetProperty("fitting").GetProperty("border").GetInt32()));
        byte[] stored = await client.GetByteArrayAsync($"/api/datasets/{run.Dataset}/images/0.png", Cancel);
        byte[] original = PictureFiles.Png(0, IdxImages(1)[16..], width: 28, height: 28);
        Assert.Equal(await PredictAsync(run, original), await PredictAsync(run, stored));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("129")]
    [InlineData("32.0")]
    [InlineData("big")]
    public async Task Size_OutOfRange_IsRefused(string size) => Assert.Contains(
        "a number of pixels from 8 to 128",
        await client.UploadAsync("none", CatsAndDogs, parts: ("size", size)).ProblemAsync(400, "size"),
        StringComparison.Ordinal);

    [Fact]
    public async Task Files_OfAnotherSizeThanAskedFor_AreRefusedWithTheirOwn()
    {
        byte[] idx = Zip(("train-images-idx3-ubyte", IdxImages(40)), ("train-labels-idx1-ubyte", IdxLabels(40))), cifar = Zip(("data_batch_1.bin", Cifar(8)));

        Assert.Contains("28x28, and 64x64 are wanted; upload it with the size 28, or up to 4 more by twos", await RefusalAsync(idx), StringComparison.Ordinal);
        Assert.Contains("32x32, not 64x64; upload it with the size 32", await RefusalAsync(cifar), StringComparison.Ordinal);
        Assert.Contains("is 32x32, not 64x64", await RefusalAsync(CatsAndDogs), StringComparison.Ordinal);

        Task<string> RefusalAsync(byte[] archive) => client.UploadAsync("none", archive, parts: ("size", "64")).ProblemAsync(400, "file");
    }

    private async Task<(JsonElement Report, Run Run)> TrainAsync(byte[] archive, params (string Name, string Text)[] parts)
    {
        string name = $"sized-{Guid.NewGuid():n}";
        JsonElement report = await client.UploadAsync(name, archive, parts: parts).JsonAsync(HttpStatusCode.Created);
        var runs = new RunClient(client);
        const string layers = """{"type":"convolution","filters":4,"size":3,"padding":1},{"type":"relu"},{"type":"max-pool","size":2},{"type":"affine"}""";
        Run run = await runs.SubmitAsync($$"""{"dataset":"{{name}}","epochs":1,"model":{"type":"layers","layers":[{{layers}}]} }""");
        return (report, await runs.UntilAsync(run.Id, RunState.Completed));
    }

    private async Task<string> PredictAsync(Run run, byte[] picture, string query = "") =>
        (await PostAsync(run, picture, query).JsonAsync(HttpStatusCode.OK)).GetProperty("predictions").GetRawText();

    private async Task<HttpResponseMessage> PostAsync(Run run, byte[] picture, string query = "")
    {
        using var content = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        return await client.PostAsync($"/api/runs/{run.Id}/predict{query}", content, Cancel);
    }
}
