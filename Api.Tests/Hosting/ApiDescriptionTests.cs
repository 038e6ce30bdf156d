using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using CnnService.Api.Tests.Pictures;
using CnnService.Api.Tests.Runs;
using CnnService.Training.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Swashbuckle.AspNetCore.Swagger;

namespace CnnService.Api.Tests.Hosting;

/// <summary>The OpenAPI document tells what the service does, and what it offers to send is taken.</summary>
public sealed partial class ApiDescriptionTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_OfTheService_IsValidOpenApi31()
    {
        string text = await client.GetStringAsync("/swagger/v1/swagger.json", Cancel);

        ReadResult result = OpenApiDocument.Parse(text, "json");

        Assert.Empty(result.Diagnostic!.Errors);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, result.Diagnostic.SpecificationVersion);
        Assert.Equal("CnnService", result.Document!.Info.Title);
        Assert.Equal("X-Api-Key", result.Document.Components!.SecuritySchemes!["ApiKey"].Name);
    }

    /// <summary>A change of the public surface shows as a change of this file.</summary>
    [Fact]
    public async Task Document_IsTheCommittedOne()
    {
        OpenApiDocument document = service.Services.GetRequiredService<ISwaggerProvider>().GetSwagger("v1");
        string written = (await document.SerializeAsync(OpenApiSpecVersion.OpenApi3_1, OpenApiConstants.Json, Cancel)).ReplaceLineEndings("\n") + "\n";
        string committed = Path.Combine(AppContext.BaseDirectory, "openapi.json"), actual = Path.Combine(AppContext.BaseDirectory, "openapi.actual.json");
        await File.WriteAllTextAsync(actual, written, Cancel);

        Assert.True(written == (await File.ReadAllTextAsync(committed, Cancel)).ReplaceLineEndings("\n"), $"docs/openapi.json is another one; if the change is meant, copy {actual} there.");
    }

    [Fact]
    public async Task Document_EveryOperation_HasANameAndWordsForAllThatItTakesAndGives()
    {
        (string Path, string Method, OpenApiOperation Operation)[] operations = await OperationsAsync();

        Assert.Equal(operations.Length, operations.Select(known => known.Operation.OperationId).OfType<string>().Distinct().Count());
        Assert.All(operations, known =>
        {
            Assert.False(string.IsNullOrWhiteSpace(known.Operation.Summary));
            Assert.All(known.Operation.Parameters ?? [], parameter => Assert.False(string.IsNullOrWhiteSpace(parameter.Description), $"{known.Path} {parameter.Name}"));
            Assert.Contains(known.Operation.Responses!.Keys, status => status.StartsWith('2'));
            Assert.All(known.Operation.Responses, answer => Assert.False(string.IsNullOrWhiteSpace(answer.Value.Description)));
            Assert.All(known.Operation.Responses.Where(answer => answer.Key[0] >= '4'), answer => Assert.Equal(["application/problem+json"], answer.Value.Content!.Keys));
        });
    }

    /// <summary>Every refusal of <see cref="BadRequests"/> is documented, and each that is documented is among them, or belongs to all operations.</summary>
    [Fact]
    public async Task Document_OfEveryOperation_NamesTheProblemsThatItGives()
    {
        // A key, an origin, a busy database and a damaged or full disk have tests of their own; so have what needs a full queue, a large upload, a
        // damaged dataset or a running run.
        string[] elsewhere = ["401", "403", "429", "500", "503", "507"], ofOne = ["uploadDataset 413", "submitRun 409", "preflightRun 409", "deleteRun 409"];
        var operations = await OperationsAsync();
        var given = operations.ToDictionary(known => known.Operation, _ => new SortedSet<string>());
        foreach (BadRequest request in BadRequests.All.Where(request => request.Status != 405))
            foreach ((string path, string method, OpenApiOperation operation) in operations)
                if (method == request.Method && Matches(path, request.Address)) given[operation].Add($"{request.Status}");
        foreach ((string path, string method, OpenApiOperation operation) in operations)
        {
            using var unknown = new HttpRequestMessage(new HttpMethod(method), $"{ParameterInPath().Replace(path, parameter => Value(operation, parameter.Groups[1].Value))}?colour=red");
            using HttpResponseMessage answer = await client.SendAsync(unknown, Cancel);
            given[operation].Add($"{(int)answer.StatusCode}");
        }

        Assert.All(operations, known => Assert.Equal(
            known.Operation.Responses!.Keys.Where(status => status[0] >= '4' && !ofOne.Contains($"{known.Operation.OperationId} {status}")).Except(elsewhere).Order(),
            given[known.Operation].Except(elsewhere).Order()));
    }

    /// <summary>Every operation as the page opens it, with a file chosen where one is wanted; of a service that has trained and trains.</summary>
    [Fact]
    public async Task Document_WhatItOffersToSend_IsTaken()
    {
        var runs = new RunClient(client);
        await runs.UntilAsync((await runs.SubmitAsync(RunClient.Small())).Id, RunState.Completed);
        Run endless = await runs.SubmitAsync(RunClient.Endless);
        await runs.UntilAsync(endless.Id, RunState.Running);

        string[] last = ["deleteRun", "deleteDataset"];
        string[] names = [.. (await OperationsAsync()).Select(known => known.Operation.OperationId!).OrderBy(name => last.Contains(name))];
        foreach (string name in names)
        {
            (string path, string method, OpenApiOperation operation) = (await OperationsAsync()).Single(known => known.Operation.OperationId == name);
            string address = ParameterInPath().Replace(path, parameter => Value(operation, parameter.Groups[1].Value));
            string[] asked = [.. (operation.Parameters ?? []).Where(known => known is { In: ParameterLocation.Query, Required: true }).Select(known => $"{known.Name}={Value(operation, known.Name!)}")];
            using var request = new HttpRequestMessage(new HttpMethod(method), asked.Length == 0 ? address : $"{address}?{string.Join('&', asked)}");
            request.Content = BodyOf(operation);
            using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            Assert.True(answer.IsSuccessStatusCode, $"{name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
            Assert.Contains($"{(int)answer.StatusCode}", operation.Responses!.Keys);
        }
    }

    [Fact]
    public async Task Document_OfAServiceWithAKey_TellsNoIds()
    {
        using var locked = new ServiceApplication { Settings = { ["Security:ApiKey"] = "secret" } };
        using HttpClient http = locked.CreateClient();
        http.DefaultRequestHeaders.Add("X-Api-Key", "secret");
        Run run = await new RunClient(http).SubmitAsync(RunClient.Small());

        Assert.DoesNotContain($"{run.Id}", await http.GetStringAsync("/swagger/v1/swagger.json", Cancel), StringComparison.Ordinal);
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
        await app.StartAsync(Cancel);

        string text = await app.GetTestClient().GetStringAsync("/swagger/v1/swagger.json", Cancel);

        JsonElement schemas = JsonDocument.Parse(text).RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal("#/components/schemas/OptimizerSpec", Find(schemas, "TrainingSpec", "optimizer").GetProperty("$ref").GetString());
        Assert.Equal(["adam", "adamw", "rmsprop", "sgd", "sgd-momentum"], Kinds(schemas.GetProperty("OptimizerSpec")));
        Assert.Equal(["layers", "three-layer-conv-net"], Kinds(schemas.GetProperty("ModelSpec")));
        Assert.Contains("convolution", Kinds(schemas.GetProperty("LayerSpec")));
        JsonElement filters = Find(schemas, "Convolution", "filters");
        Assert.Equal((1, 4096), (filters.GetProperty("minimum").GetInt32(), filters.GetProperty("maximum").GetInt32()));
        Assert.Equal((0, 1000), (Find(schemas, "Adam", "learningRate").GetProperty("exclusiveMinimum").GetInt32(), Find(schemas, "Adam", "learningRate").GetProperty("maximum").GetInt32()));
        Assert.Contains("number of filters", filters.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("max-pool", Assert.Single(Find(schemas, "MaxPool", "type").GetProperty("enum").EnumerateArray()).GetString());
        Assert.DoesNotContain("nullable", text, StringComparison.Ordinal);
    }

    private async Task<(string Path, string Method, OpenApiOperation Operation)[]> OperationsAsync()
    {
        string text = await client.GetStringAsync("/swagger/v1/swagger.json", Cancel);
        return [.. OpenApiDocument.Parse(text, "json").Document!.Paths
            .SelectMany(path => path.Value.Operations!.Select(operation => (path.Key, operation.Key.Method, operation.Value)))];
    }

    private static string Value(OpenApiOperation operation, string parameter) => operation.Parameters!.Single(known => known.Name == parameter).Example!.ToString();

    private static HttpContent? BodyOf(OpenApiOperation operation)
    {
        if (operation.RequestBody?.Content is not { } content) return null;
        if (content.TryGetValue("application/json", out var json)) return new StringContent(json.Example!.ToJsonString(), Encoding.UTF8, "application/json");
        if (content.ContainsKey("image/png")) return new ByteArrayContent(PictureFiles.Png(0, PictureFiles.Greys)) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        var form = new MultipartFormDataContent { { new ByteArrayContent(Archives.CatsAndDogs), "file", "pets.zip" } };
        foreach ((string part, IOpenApiSchema schema) in content["multipart/form-data"].Schema!.Properties!.Where(part => part.Key != "file"))
            if ((schema.Default ?? schema.Examples?.FirstOrDefault()) is { } value) form.Add(new StringContent(value.ToString()), part);
        return form;
    }

    private static bool Matches(string path, string address)
    {
        string pattern = Regex.Escape(path).Replace(@"\{id}", @"(\{\w+}|[0-9a-f-]{36})", StringComparison.Ordinal)
            .Replace(@"\{name}", "[^/]+", StringComparison.Ordinal).Replace(@"\{index}", @"-?\d+", StringComparison.Ordinal);
        return Regex.IsMatch(address.Split('?')[0].TrimEnd('/'), $"^{pattern.TrimEnd('/')}$");
    }

    private static string[] Kinds(JsonElement schema) =>
        [.. schema.GetProperty("discriminator").GetProperty("mapping").EnumerateObject().Select(kind => kind.Name).Order(StringComparer.Ordinal)];

    private static JsonElement Find(JsonElement schemas, string schema, string property) => schemas.GetProperty(schema).GetProperty("properties").GetProperty(property);

    [GeneratedRegex(@"\{(\w+)}")]
    private static partial Regex ParameterInPath();
}
