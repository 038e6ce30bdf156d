using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CnnService.Api.Tests.Datasets;
using CnnService.Api.Tests.Models;

namespace CnnService.Api.Tests.Runs;

public sealed class RunComparisonTests(TrainedService service) : IClassFixture<TrainedService>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compare_RunsOfSeveralSpecs_TellsWhatDiffersAndNothingElse()
    {
        string first = await SubmitAsync("""{"type":"sgd","learningRate":0.1}""", """[{"type":"affine"}]""");
        string second = await SubmitAsync("""{"type":"adam"}""", """[{"type":"relu"},{"type":"affine"}]""");

        JsonElement comparison = await service.Client.GetJsonAsync($"/api/runs/compare?ids={second},{first}");

        Assert.Equal([second, first], comparison.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("id").GetString()));
        Dictionary<string, string> differences = comparison.GetProperty("differences").EnumerateArray()
            .ToDictionary(difference => difference.GetProperty("field").GetString()!, difference => difference.GetProperty("values").GetRawText());
        Assert.Equal("""["adam","sgd"]""", differences["optimizer.type"]);
        Assert.Equal("[0.001,0.1]", differences["optimizer.learningRate"]);
        Assert.Equal("[0.9,null]", differences["optimizer.beta1"]);
        Assert.Equal("""["relu","affine"]""", differences["model.layers[0].type"]);
        Assert.Equal("""["affine",null]""", differences["model.layers[1].type"]);
        Assert.DoesNotContain(differences.Keys, field => field is "name" or "dataset" or "epochs" or "seed");
    }

    [Fact]
    public async Task Compare_EqualSpecs_HaveNoDifferences()
    {
        JsonElement comparison = await service.Client.GetJsonAsync($"/api/runs/compare?ids={service.Run},{service.NewRun}");
        Assert.Empty(comparison.GetProperty("differences").EnumerateArray());
        Assert.Equal(["completed", "paused"], comparison.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("state").GetString()));
    }

    private async Task<string> SubmitAsync(string optimizer, string layers)
    {
        string spec = $$$"""{"dataset":"drawings","epochs":1,"seed":3,"name":"{{{Guid.NewGuid()}}}","optimizer":{{{optimizer}}},"model":{"type":"layers","layers":{{{layers}}}}}""";
        using var body = new StringContent(spec, null, "application/json");
        using HttpResponseMessage answer = await service.Client.PostAsync("/api/runs", body, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }
}
