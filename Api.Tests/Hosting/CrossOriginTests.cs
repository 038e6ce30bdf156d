using System.Net;

namespace CnnService.Api.Tests.Hosting;

/// <summary>Pages of listed origins may use the service from a browser, and no others.</summary>
public sealed class CrossOriginTests : IDisposable
{
    private const string Listed = "http://localhost:3000", Other = "http://localhost:4000", Key = "sesame";

    private readonly ServiceApplication service = new() { Settings = { ["Security:AllowedOrigins"] = $"{Listed};https://app.example", ["Security:ApiKey"] = Key } };
    private readonly HttpClient client;

    public CrossOriginTests() => client = service.CreateClient();

    [Theory]
    [InlineData("GET", "/api/runs", "x-api-key")]
    [InlineData("POST", "/api/runs", "content-type,x-api-key,idempotency-key")]
    [InlineData("DELETE", "/api/datasets/shapes", "x-api-key")]
    [InlineData("POST", "/hubs/runs/negotiate?negotiateVersion=1", "x-requested-with,x-signalr-user-agent,authorization")]
    public async Task Preflight_OfAListedOrigin_IsAnsweredWithoutTheKey(string method, string address, string headers)
    {
        HttpResponseMessage answer = await SendAsync(HttpMethod.Options, address, Listed, key: false, request =>
        {
            request.Headers.Add("Access-Control-Request-Method", method);
            request.Headers.Add("Access-Control-Request-Headers", headers);
        });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Listed, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Contains(method, Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        foreach (string header in headers.Split(','))
            Assert.Contains(header, Header(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/api/runs", true, HttpStatusCode.OK)]
    [InlineData("/api/runs", false, HttpStatusCode.Unauthorized)]
    [InlineData("/api/runs/00000000-0000-0000-0000-000000000000", true, HttpStatusCode.NotFound)]
    [InlineData("/api/runs?status=running", true, HttpStatusCode.BadRequest)]
    public async Task Answer_ToAListedOrigin_MayBeRead(string address, bool key, HttpStatusCode status)
    {
        HttpResponseMessage answer = await SendAsync(HttpMethod.Get, address, Listed, key);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(Listed, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("Origin", answer.Headers.Vary);
        Assert.Equal("Location,ETag,Retry-After", Header(answer, "Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task Answer_ToAnotherOrigin_MayNotBeRead()
    {
        HttpResponseMessage read = await SendAsync(HttpMethod.Get, "/api/runs", Other, key: true);
        HttpResponseMessage preflight = await SendAsync(
            HttpMethod.Options, "/api/runs", Other, key: false, request => request.Headers.Add("Access-Control-Request-Method", "POST"));

        Assert.False(read.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(HttpMethod.Post, "/api/runs", Other, key: true)).StatusCode);
    }

    public void Dispose() => service.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string address, string origin, bool key, Action<HttpRequestMessage>? more = null)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add("Origin", origin);
        if (key) request.Headers.Add("X-Api-Key", Key);
        more?.Invoke(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(',', answer.Headers.GetValues(name));
}
