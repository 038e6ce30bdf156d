using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Pictures;
using CnnService.Api.Tests.Runs;

namespace CnnService.Api.Tests;

/// <summary>Whatever is sent, the service answers with a problem that helps and tells nothing of its inside, and goes on.</summary>
public sealed class BadInputTests(BadInputTests.UsedService service) : IClassFixture<BadInputTests.UsedService>
{
    private static readonly string[] Inside = ["System.", "CnnService.", "/tmp", "   at ", "SQLite", "Exception"];

    public static TheoryData<string> Names => [.. BadRequests.All.Select(request => request.Name)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Request_ThatIsBad_IsAProblemThatTellsWhatIsWrong(string name)
    {
        BadRequest request = BadRequests.All.Single(known => known.Name == name);

        await AssertRefusedAsync(service.Http, request);

        await service.AssertWorksAsync();
    }

    [Theory]
    [InlineData("GET", "/api/runs", null, null)]
    [InlineData("GET", "/api/runs", "X-Api-Key", "wrong")]
    [InlineData("GET", "/api/runs?access_token=secret", null, null)]
    [InlineData("GET", "/api/runs", "Authorization", "Bearer secret")]
    [InlineData("POST", "/api/runs", "X-Api-Key", "")]
    [InlineData("GET", "/api/datasets", "X-Api-Key", "SECRET")]
    [InlineData("GET", "/api/nothing", null, null)]
    [InlineData("POST", "/hubs/runs/negotiate?negotiateVersion=1", null, null)]
    [InlineData("POST", "/hubs/runs/negotiate?negotiateVersion=1&access_token=wrong", null, null)]
    public async Task Request_WithoutTheKey_IsRefused(string method, string address, string? header, string? value)
    {
        using var locked = new ServiceApplication { Settings = { ["Security:ApiKey"] = "secret" } };
        using HttpClient http = locked.CreateClient();
        var request = new BadRequest("key", method, address, 401) { Says = "X-Api-Key" };

        await AssertRefusedAsync(http, header is null ? request : request.With(header, value!));

        Assert.Equal("Healthy", await http.GetStringAsync("/healthz/live", Cancel));
        http.DefaultRequestHeaders.Add("X-Api-Key", "secret");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/runs", Cancel)).StatusCode);
    }

    private async Task AssertRefusedAsync(HttpClient http, BadRequest request)
    {
        using HttpRequestMessage message = request.ToMessage(service.Trained, service.Paused);
        using HttpResponseMessage response = await http.SendAsync(message, Cancel);
        string body = await response.Content.ReadAsStringAsync(Cancel);

        Assert.True(request.Status == (int)response.StatusCode, $"{(int)response.StatusCode} instead of {request.Status}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(body).RootElement;
        foreach (string field in (string[])["type", "title", "detail", "traceId"]) Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty(field).GetString()), body);
        Assert.Equal(request.Status, problem.GetProperty("status").GetInt32());
        Assert.Contains(request.Says, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(request.Field, problem.TryGetProperty("errors", out JsonElement errors) ? Assert.Single(errors.EnumerateObject()).Name : null);
        foreach (string inside in Inside) Assert.DoesNotContain(inside, body, StringComparison.Ordinal);
    }

    /// <summary>A service with a trained run, submitted with the Idempotency-Key "used", and one that was paused before it began.</summary>
    public sealed class UsedService : IAsyncLifetime
    {
        private readonly ServiceApplication application = new();

        /// <summary>A client.</summary>
        public HttpClient Http { get; private set; } = null!;

        /// <summary>The trained run.</summary>
        public Guid Trained { get; private set; }

        /// <summary>The paused run.</summary>
        public Guid Paused { get; private set; }

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            Http = application.CreateClient();
            var client = new RunClient(Http);
            Trained = (await RunClient.ReadAsync<Run>(await client.PostAsync(RunClient.Small(), "used"))).Id;
            await client.UntilAsync(Trained, RunState.Completed);
            Guid busy = (await client.SubmitAsync(RunClient.Endless)).Id;
            Paused = (await client.SubmitAsync(RunClient.Small())).Id;
            await client.DoAsync(Paused, "pause");
            await client.DoAsync(busy, "cancel");
            await client.UntilAsync(busy, RunState.Cancelled);
        }

        /// <summary>The service is alive and predicts.</summary>
        public async Task AssertWorksAsync()
        {
            Assert.Equal("Healthy", await Http.GetStringAsync("/healthz/live", Cancel));
            BadRequest good = new BadRequest("good", "POST", "/api/runs/{trained}/predict", 200).With(PictureFiles.Png(0, PictureFiles.Greys), "image/png");
            using HttpRequestMessage message = good.ToMessage(Trained, Paused);
            using HttpResponseMessage response = await Http.SendAsync(message, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync() => await application.DisposeAsync();
    }
}
