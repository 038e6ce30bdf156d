using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Runs;

/// <summary>A run can be tried out before it is queued.</summary>
public sealed class PreflightTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Preflight_OfTheDefaults_TellsShapesCostsAndTimes()
    {
        JsonElement answer = await LookAsync("""{"dataset":"shapes"}""");

        JsonElement[] layers = [.. answer.GetProperty("layers").EnumerateArray()];
        Assert.Equal(["convolution", "relu", "max-pool", "affine", "relu", "affine"], layers.Select(layer => layer.GetProperty("type").GetString()));
        Assert.Equal(["layers.0", "layers.5"], ((JsonElement[])[layers[0], layers[5]]).Select(layer => layer.GetProperty("path").GetString()));
        Assert.Equal([32, 32, 32], layers[0].GetProperty("output").EnumerateArray().Select(extent => extent.GetInt32()));
        Assert.Equal(32 * (3 * 49 + 1), layers[0].GetProperty("parameters").GetInt64());
        Assert.Equal(2L * 32 * 3 * 49 * 1024, layers[0].GetProperty("flopsPerImage").GetInt64());
        Assert.Equal(layers.Sum(layer => layer.GetProperty("parameters").GetInt64()), answer.GetProperty("parameters").GetInt64());
        Assert.True(answer.GetProperty("bytes").GetInt64() > 12_288 * 1_000);
        double perEpoch = answer.GetProperty("secondsPerEpoch").GetDouble(), low = answer.GetProperty("secondsToEnd").GetProperty("low").GetDouble();
        Assert.InRange(perEpoch, 1e-3, 1000);
        Assert.InRange(low, 1e-3, answer.GetProperty("secondsToEnd").GetProperty("high").GetDouble());
        Assert.Equal(1, answer.GetProperty("queuePosition").GetInt32());
        Assert.Empty(answer.GetProperty("findings").EnumerateArray());
        Assert.Empty((await client.Http.GetFromJsonAsync<JsonElement>("/api/runs", Cancel)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Preflight_OfAPreset_ShowsTheSpecThatItFills()
    {
        JsonElement answer = await LookAsync("""{"dataset":"shapes","preset":"small","epochs":3}""");

        Assert.Equal(3, answer.GetProperty("spec").GetProperty("epochs").GetInt32());
        Assert.Equal("lookahead", answer.GetProperty("spec").GetProperty("averaging").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Preflight_OfDoubtfulPictures_TellsWhatIsDoubtful()
    {
        string name = $"doubtful-{Guid.NewGuid():n}";
        // One picture of a single grey, three pictures in one class, one picture in both parts.
        byte[] archive = Zip(
        [
            ("train/cats/0.png", Grey(9)), .. Enumerable.Range(1, 9).Select(i => ($"train/cats/{i}.png", Colour(i))), ("train/cats/99.png", Colour(99)),
            .. Enumerable.Range(20, 3).Select(i => ($"train/dogs/{i}.png", Colour(i))),
            ("test/cats/1.png", Colour(3)), ("test/dogs/1.png", Colour(40)),
        ]);
        await client.Http.UploadAsync(name, archive).JsonAsync(HttpStatusCode.Created);

        JsonElement[] findings = [.. (await LookAsync($$"""{"dataset":"{{name}}"}""")).GetProperty("findings").EnumerateArray()];

        Assert.Equal(
            ["warning few-pictures dogs (3)", "warning constant-pictures training 0", "warning equal-pictures-in-parts test 0 = training 3"],
            findings.Select(finding => $"{finding.GetProperty("severity").GetString()} {finding.GetProperty("code").GetString()} {finding.GetProperty("examples")[0].GetString()}"));
    }

    [Fact]
    public async Task Preflight_BehindOthers_WaitsForThem()
    {
        Run running = await client.SubmitAsync(RunClient.Endless), waiting = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(running.Id, RunState.Running);

        JsonElement answer = await LookAsync("""{"dataset":"shapes"}""");

        Assert.Equal(2, answer.GetProperty("queuePosition").GetInt32());
        Assert.InRange(answer.GetProperty("secondsToEnd").GetProperty("high").GetDouble(), 100, 1e9); // 36 million iterations
        await client.DoAsync(waiting.Id, "cancel");
        await client.DoAsync(running.Id, "cancel");
        await client.UntilAsync(running.Id, RunState.Cancelled);
        foreach (Run run in (Run[])[running, waiting]) (await client.Http.DeleteAsync($"/api/runs/{run.Id}", Cancel)).EnsureSuccessStatusCode();
    }

    private async Task<JsonElement> LookAsync(string spec)
    {
        using var body = new StringContent(spec, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await client.Http.PostAsync("/api/runs/preflight", body, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
