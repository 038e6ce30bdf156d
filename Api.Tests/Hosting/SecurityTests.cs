using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CnnService.Api.Tests.Hosting;

public sealed class SecurityTests : IDisposable
{
    private const string Key = "correct-horse";
    private readonly ServiceApplication closed = new() { Settings = { ["Security:ApiKey"] = Key } };
    private readonly ServiceApplication open = new() { Settings = { ["Security:AllowedOrigins"] = "https://lab.example;http://127.0.0.1:3000/" } };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("correct-hors")]
    [InlineData("correct-horse ,")]
    [InlineData("CORRECT-HORSE")]
    public async Task Key_MissingOrWrong_IsRefusedAsProblem(string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        if (key is not null) request.Headers.TryAddWithoutValidation("X-Api-Key", key);

        using HttpResponseMessage response = await SendAsync(closed, request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("ApiKey", response.Headers.WwwAuthenticate.ToString());
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("X-Api-Key", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_Right_IsAccepted()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version") { Headers = { { "X-Api-Key", Key } } };

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(closed, request)).StatusCode);
    }

    [Theory]
    [InlineData("/healthz/live", HttpStatusCode.OK)]
    [InlineData("/healthz/ready", HttpStatusCode.OK)]
    [InlineData("/swagger/index.html", HttpStatusCode.OK)]
    [InlineData("/swagger/v1/swagger.json", HttpStatusCode.OK)]
    [InlineData("/nothing", HttpStatusCode.Unauthorized)]
    [InlineData("/hubs/runs", HttpStatusCode.Unauthorized)]
    [InlineData("/hubs/nothing?access_token=wrong", HttpStatusCode.Unauthorized)]
    [InlineData("/hubs/nothing?access_token=" + Key, HttpStatusCode.NotFound)]
    [InlineData("/api/version?access_token=" + Key, HttpStatusCode.Unauthorized)]
    public async Task Key_NotInTheHeader_OpensOnlyWhatItShould(string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);

        Assert.Equal(expected, (await SendAsync(closed, request)).StatusCode);
    }

    [Fact]
    public async Task Key_AsBearerToken_OpensTheHubAlone()
    {
        using var hub = new HttpRequestMessage(HttpMethod.Post, "/hubs/nothing") { Headers = { { "Authorization", $"Bearer {Key}" } } };
        using var rest = new HttpRequestMessage(HttpMethod.Get, "/api/version") { Headers = { { "Authorization", $"Bearer {Key}" } } };

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(closed, hub)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(closed, rest)).StatusCode);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("LOCALHOST:5080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:5080", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.evil.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.2", HttpStatusCode.BadRequest)]
    public async Task Host_OfARequest_HasToBeAnOwnName(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version") { Headers = { Host = host } };

        using HttpResponseMessage response = await SendAsync(open, request);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.BadRequest) Assert.Contains("add it to AllowedHosts", await DetailAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_Configured_TakesThePlaceOfTheDefault()
    {
        using var service = new ServiceApplication { Settings = { ["AllowedHosts"] = "cnn.example;*.lab.example" } };
        using var own = new HttpRequestMessage(HttpMethod.Get, "/api/version") { Headers = { Host = "a.lab.example" } };
        using var loopback = new HttpRequestMessage(HttpMethod.Get, "/api/version") { Headers = { Host = "localhost" } };

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(service, own)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(service, loopback)).StatusCode);
    }

    // Those who watch a service from its own machine or container ask 127.0.0.1, whatever its public name.
    [Theory]
    [InlineData("/healthz/live", "127.0.0.1:5080")]
    [InlineData("/healthz/ready", "127.0.0.1:5080")]
    [InlineData("/healthz/ready", "10.0.0.7")]
    [InlineData("/HEALTHZ/READY", "evil.example")]
    public async Task Health_UnderAnyHost_AnswersItsWordAlone(string path, string host)
    {
        using var service = new ServiceApplication { Settings = { ["AllowedHosts"] = "cnn.example" } };
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };

        using HttpResponseMessage response = await SendAsync(service, request);

        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "Healthy"), (response.StatusCode, text));
    }

    [Theory]
    [InlineData("/healthzz")]
    [InlineData("/api/healthz/live")]
    [InlineData("/swagger/index.html")]
    public async Task Host_OfOtherAddresses_IsStillChecked(string path)
    {
        using var service = new ServiceApplication { Settings = { ["AllowedHosts"] = "cnn.example" } };
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "127.0.0.1:5080" } };

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(service, request)).StatusCode);
    }

    // Passed requests meet no endpoint (404, 405), or one. A Host without a port fits the origin's scheme: a proxy may have taken TLS off.
    [Theory]
    [InlineData("GET", "/api/version", "https://evil.example", HttpStatusCode.OK)]
    [InlineData("POST", "/api/version", null, HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/version", "http://localhost", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/version", "https://LAB.example", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/version", "http://127.0.0.1:3000", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/version", "http://localhost:3000", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/api/version", "https://localhost", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/api/version", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("PUT", "/api/version", "null", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/api/version", "https://lab.example.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/hubs/nothing", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/hubs/nothing", "http://localhost", HttpStatusCode.NotFound)]
    [InlineData("GET", "/HUBS/nothing", "https://evil.example", HttpStatusCode.Forbidden)]
    public async Task Origin_OfARequest_HasToBeOwnOrListedWhereItMatters(string method, string path, string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (origin is not null) request.Headers.Add("Origin", origin);

        using HttpResponseMessage response = await SendAsync(open, request);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Forbidden) Assert.Contains("Security:AllowedOrigins", await DetailAsync(response), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        closed.Dispose();
        open.Dispose();
    }

    private static Task<HttpResponseMessage> SendAsync(ServiceApplication service, HttpRequestMessage request) =>
        service.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);

    private static async Task<string> DetailAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("detail").GetString()!;
}
