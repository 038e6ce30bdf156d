using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Training.Augmentations;
using CnnService.Training.Optimizers;
using CnnService.Training.Schedules;

namespace CnnService.Api.Tests.Runs;

/// <summary>A run takes from its preset what its request leaves out.</summary>
public sealed class PresetsTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_Presets_TellsWhatEachIsAndCosts()
    {
        JsonElement[] items = [.. (await ListAsync("")).GetProperty("items").EnumerateArray()];

        Assert.Equal(["three-layer-conv-net", "small", "balanced", "airbench"], items.Select(item => item.GetProperty("name").GetString()));
        Assert.All(items, item => Assert.All((string[])["title", "goodFor"], field => Assert.NotEmpty(item.GetProperty(field).GetString()!)));
        JsonElement airbench = items[^1];
        Assert.InRange(airbench.GetProperty("flopsPerImage").GetInt64(), 236e6, 237e6);
        Assert.InRange(airbench.GetProperty("parameters").GetInt64(), 1.95e6, 2e6);
        Assert.True(airbench.GetProperty("bytesPerImage").GetInt64() > items[0].GetProperty("bytesPerImage").GetInt64());
        Assert.Equal(1024, airbench.GetProperty("spec").GetProperty("batchSize").GetInt32());
    }

    [Fact]
    public async Task Run_OfAPreset_HasTheSpecThatIsListedForItsDataset()
    {
        Run run = await client.SubmitAsync("""{"dataset":"shapes","preset":"small"}""");
        await client.DoAsync(run.Id, "cancel");

        JsonElement listed = (await ListAsync("?dataset=shapes")).GetProperty("items").EnumerateArray().Single(item => item.GetProperty("name").GetString() == "small");
        JsonElement spec = JsonSerializer.SerializeToElement(run.Spec, ApiJson.Options);
        Assert.Equal("small", run.Preset);
        Assert.Equal("small", run.Spec.Preset);
        foreach (JsonProperty field in listed.GetProperty("spec").EnumerateObject())
            Assert.Equal(field.Value.GetRawText(), spec.GetProperty(field.Name).GetRawText());
    }

    [Theory]
    [InlineData("three-layer-conv-net")]
    [InlineData("small")]
    [InlineData("balanced")]
    [InlineData("airbench")]
    public async Task Run_OfTheSpecThatARunTells_IsAcceptedAndTheSame(string preset)
    {
        Run first = await client.SubmitAsync($$"""{"dataset":"shapes","preset":"{{preset}}"}""");
        Run second = await client.SubmitAsync(JsonSerializer.Serialize(first.Spec, ApiJson.Options));
        foreach (Run run in (Run[])[first, second]) await client.DoAsync(run.Id, "cancel");

        Assert.Equal(JsonSerializer.Serialize(first.Spec, ApiJson.Options), JsonSerializer.Serialize(second.Spec, ApiJson.Options));
    }

    [Fact]
    public async Task Run_OfAPresetWithFieldsOfItsOwn_KeepsThese()
    {
        Run run = await client.SubmitAsync(
            """{"dataset":"shapes","preset":"small","epochs":1,"optimizer":{"type":"adamw"},"schedule":{"type":"cosine"},"batchSize":200,"seed":9}""");

        run = await client.UntilAsync(run.Id, RunState.Completed);

        Assert.Equal((1, 200, 9L), (run.Spec.Epochs, run.Spec.BatchSize, run.Spec.Seed));
        Assert.IsType<AdamW>(run.Spec.Optimizer);
        Assert.IsType<Cosine>(run.Spec.Schedule);
        Assert.IsType<Translate>(Assert.Single(run.Spec.Augmentations)); // the preset's
        Assert.NotNull(run.Spec.Averaging);
    }

    [Fact]
    public async Task List_ForADatasetThatIsNotThere_IsNotFound()
    {
        using HttpResponseMessage response = await client.Http.GetAsync("/api/presets?dataset=none", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<JsonElement> ListAsync(string query) => await client.Http.GetFromJsonAsync<JsonElement>($"/api/presets{query}", Cancel);
}
