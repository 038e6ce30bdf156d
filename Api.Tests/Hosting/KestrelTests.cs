using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Tests.Hosting;

/// <summary>What only the real server does: limits of bodies, and requests that no client library sends.</summary>
public sealed class KestrelTests : IAsyncLifetime
{
    private readonly WebApplication app = Create();

    [Theory]
    [InlineData("/small", 60, HttpStatusCode.OK)]
    [InlineData("/small", 65, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/large", 65, HttpStatusCode.OK)]
    [InlineData("/large", 257, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Body_OfAnySize_HasToBeInTheEndpointsLimit(string path, int kilobytes, HttpStatusCode expected)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = HangGuard.Limit };

        using HttpResponseMessage response = await client.PostAsJsonAsync(path, new string('x', kilobytes * 1024), TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (expected != HttpStatusCode.OK) Assert.Contains("The body is larger than this address takes.", text, StringComparison.Ordinal);
    }

    /// <summary>What is sent, with {long} for 40,000 characters, then the status, and words of the answer.</summary>
    [Theory]
    [InlineData("GET /small HTTP/1.0\r\n\r\n", 400, "The request names no host; send the header Host")]
    [InlineData("GET /small HTTP/1.1\r\n\r\n", 400, "The request is not valid HTTP: Request is missing Host header.")]
    [InlineData("GET /api/runs/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "The request is not valid HTTP: Invalid request target.")]
    [InlineData("GET /small HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n", 400, "The request is not valid HTTP")]
    [InlineData("hello\r\n\r\n", 400, "The request is not valid HTTP")]
    [InlineData("POST /small HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: other\r\n\r\n", 400, "The request is not valid HTTP")]
    [InlineData("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "too long")]
    [InlineData("GET /small HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n", 431, "too long")]
    [InlineData("GET /small HTTP/3.7\r\nHost: localhost\r\n\r\n", 505, "The request is not valid HTTP")]
    public async Task Request_ThatIsNotHttp_IsRefusedAsProblem(string request, int status, string words)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, new Uri(app.Urls.Single()).Port, TestContext.Current.CancellationToken);
        byte[] bytes = Encoding.ASCII.GetBytes(request.Replace("{long}", new string('x', 40_000), StringComparison.Ordinal));
        await connection.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

        using var reader = new StreamReader(connection.GetStream());
        string[] answer = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\r\n\r\n", 2);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer[0], StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json", answer[0], StringComparison.Ordinal);
        JsonElement problem = JsonDocument.Parse(answer[1]).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
    }

    [Fact]
    public void Reader_ThatIsSlow_IsCutBelow8KBPerSecond()
    {
        KestrelServerOptions kestrel = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        MinDataRate? slowest = kestrel.Limits.MinResponseDataRate;

        Assert.Equal((8192, TimeSpan.FromSeconds(10)), (slowest?.BytesPerSecond, slowest?.GracePeriod));
    }

    [Fact]
    public async Task Connection_OfAClientThatReadsNothing_IsBufferedNoMoreThanAQuarterOfAMegabyte()
    {
        SocketTransportOptions sockets = app.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value;
        using Socket listener = sockets.CreateBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, TestContext.Current.CancellationToken);

        using Socket connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);

        Assert.InRange(connection.SendBufferSize, 128 * 1024, 256 * 1024); // Linux tells twice what was asked for
    }

    public async ValueTask InitializeAsync() => await app.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static WebApplication Create()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.AddHosting();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.UseHosting();
        app.MapPost("/small", ([FromBody] string text) => text.Length);
        app.MapPost("/large", ([FromBody] string text) => text.Length).WithMetadata(new RequestSizeLimitAttribute(256 * 1024));
        return app;
    }
}
