using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Runs;

/// <summary>Small datasets train with what is left out, and what cannot be trained is refused before it is accepted.</summary>
public sealed class FewPicturesTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    [Theory]
    [InlineData(5, "")]
    [InlineData(5, ""","validationFraction":0.01""")]
    [InlineData(2, "")]
    public async Task Submit_FewPicturesAClass_CompletesWithABatchOfAll(int perClass, string more)
    {
        string dataset = await UploadAsync(perClass);
        Run run = await client.SubmitAsync($$"""{"dataset":"{{dataset}}","epochs":2,"model":{"type":"layers","layers":[{"type":"affine"}]}{{more}}}""");

        Assert.Equal(2 * (perClass - 1), run.Spec.BatchSize);
        Assert.NotNull((await client.UntilAsync(run.Id, RunState.Completed)).ValidationAccuracy);
    }

    [Fact]
    public async Task Submit_OnePictureAClass_IsRefusedInTheTrainersWords()
    {
        string dataset = await UploadAsync(1);
        string detail = await client.PostAsync($$"""{"dataset":"{{dataset}}"}""").ProblemAsync(400, "validationFraction");
        Assert.Contains("a class needs 2 images", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_BatchNormOfVectorsWithABatchOfOne_IsRefused()
    {
        const string layers = """{"type":"layers","layers":[{"type":"affine","units":8},{"type":"batch-norm"},{"type":"relu"},{"type":"affine"}]}""";
        string detail = await client.PostAsync($$"""{"dataset":"shapes","batchSize":1,"model":{{layers}}}""").ProblemAsync(400, "batchSize");
        Assert.Contains("fewer than 2 images", detail, StringComparison.Ordinal);
    }

    // 10 of 12 pictures are learned from: batches of 3, 3, 3 and 1.
    [Theory]
    [InlineData("""{"type":"affine","units":4},{"type":"batch-norm"},""", 6)]
    [InlineData("""{"type":"affine","units":4},""", 8)]
    public async Task Submit_LastBatchOfOne_IsLeftOutWhereVectorsAreNormalised(string layers, int iterations)
    {
        string dataset = await UploadAsync(6);
        Run run = await client.SubmitAsync(
            $$"""{"dataset":"{{dataset}}","batchSize":3,"epochs":2,"model":{"type":"layers","layers":[{{layers}}{"type":"affine"}]} }""");

        Assert.Equal(iterations, run.TotalIterations);
        Assert.Equal(iterations, (await client.UntilAsync(run.Id, RunState.Completed)).Iteration);
    }

    private async Task<string> UploadAsync(int perClass)
    {
        string name = $"few-{Guid.NewGuid():n}";
        byte[] archive = Zip([.. Enumerable.Range(0, 2 * perClass).Select(i => ($"{(i % 2 == 0 ? "cats" : "dogs")}/{i}.png", Colour(i)))]);
        JsonElement report = await client.Http.UploadAsync(name, archive).JsonAsync(HttpStatusCode.Created);
        return report.GetProperty("name").GetString()!;
    }
}
