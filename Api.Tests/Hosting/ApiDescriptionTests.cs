using System.Text.Json;
using CnnService.Api.Hosting;
using CnnService.Training;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace CnnService.Api.Tests.Hosting;

public sealed class ApiDescriptionTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    [Fact]
    public async Task Document_OfTheService_IsValid()
    {
        string text = await service.CreateClient().GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken);

        ReadResult result = OpenApiDocument.Parse(text, "json");

        Assert.Empty(result.Diagnostic!.Errors);
        Assert.Equal("CnnService", result.Document!.Info.Title);
        Assert.Equal("X-Api-Key", result.Document.Components!.SecuritySchemes!["ApiKey"].Name);
    }

    [Fact]
    public async Task Document_EveryOperation_HasASummaryAndDescribedAnswers()
    {
        string text = await service.CreateClient().GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken);

        Assert.All(OpenApiDocument.Parse(text, "json").Document!.Paths.SelectMany(path => path.Value.Operations!), operation =>
        {
            Assert.False(string.IsNullOrWhiteSpace(operation.Value.Summary));
            Assert.Contains(operation.Value.Responses!.Keys, status => status.StartsWith('2'));
            Assert.All(operation.Value.Responses, answer => Assert.False(string.IsNullOrWhiteSpace(answer.Value.Description)));
            Assert.Contains("application/problem+json", operation.Value.Responses["default"].Content!.Keys);
        });
    }

    [Fact]
    public async Task Document_OfSpecs_NamesTheKindsRangesAndWords()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.AddHosting();
        builder.WebHost.UseTestServer();
        await using WebApplication app = builder.Build();
        app.UseHosting();
        app.MapPost("/train", (TrainingSpec spec) => spec);
        await app.StartAsync(TestContext.Current.CancellationToken);

        string text = await app.GetTestClient().GetStringAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken);

        JsonElement schemas = JsonDocument.Parse(text).RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal("#/components/schemas/OptimizerSpec", Find(schemas, "TrainingSpec", "optimizer").GetProperty("$ref").GetString());
        Assert.Equal(["adam", "rmsprop", "sgd", "sgd-momentum"], Kinds(schemas.GetProperty("OptimizerSpec")));
        Assert.Equal(["layers", "three-layer-conv-net"], Kinds(schemas.GetProperty("ModelSpec")));
        Assert.Contains("convolution", Kinds(schemas.GetProperty("LayerSpec")));
        JsonElement filters = Find(schemas, "Convolution", "filters");
        Assert.Equal((1, 4096), (filters.GetProperty("minimum").GetInt32(), filters.GetProperty("maximum").GetInt32()));
        Assert.Equal((0, 1000), (Find(schemas, "Adam", "learningRate").GetProperty("minimum").GetInt32(), Find(schemas, "Adam", "learningRate").GetProperty("maximum").GetInt32()));
        Assert.Contains("number of filters", filters.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("max-pool", Assert.Single(Find(schemas, "MaxPool", "type").GetProperty("enum").EnumerateArray()).GetString());
        Assert.DoesNotContain("nullable", text, StringComparison.Ordinal);
    }

    private static string[] Kinds(JsonElement schema) =>
        [.. schema.GetProperty("discriminator").GetProperty("mapping").EnumerateObject().Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    private static JsonElement Find(JsonElement schemas, string schema, string property) => schemas.GetProperty(schema).GetProperty("properties").GetProperty(property);
}
