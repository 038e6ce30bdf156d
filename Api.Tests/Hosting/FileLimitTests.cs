using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;

namespace CnnService.Api.Tests.Hosting;

/// <summary>A process that may open few files stays up, however many connections are opened.</summary>
public sealed class FileLimitTests : IDisposable
{
    private const int Files = 512, Connections = 700;

    private static readonly string[] Launcher = ["prlimit", $"--nofile={Files}"];

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Predict_AfterMoreConnectionsThanFiles_IsAnsweredOrNotConnected()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "There is no prlimit.");
        (Guid run, byte[] picture) = await TrainAsync();
        await using ServiceProcess service = await ServiceProcess.StartUnderAsync(Launcher, folder.Path);
        var idle = new List<TcpClient>();
        try
        {
            for (int i = 0; i < Connections; i++)
            {
                idle.Add(new TcpClient());
                try
                {
                    await idle[^1].ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, Cancel);
                }
                catch (SocketException)
                {
                    // refused, as it should be at some time
                }
            }

            // On the connection of the start, if the client has kept it, as the first predict of this process.
            HttpStatusCode? first = await PredictAsync(service.Client, run, picture);
            Assert.True(first is null or HttpStatusCode.OK, $"{first} {service.Output} {service.Errors}");
            using var late = new HttpClient { BaseAddress = service.Client.BaseAddress, Timeout = HangGuard.Limit };
            Assert.True(await PredictAsync(late, run, picture) is null or HttpStatusCode.OK);
            Assert.False(service.Process.HasExited, service.Errors);
        }
        finally
        {
            idle.ForEach(connection => connection.Dispose());
        }

        // Until the service has seen them go.
        using var later = new HttpClient { BaseAddress = service.Client.BaseAddress, Timeout = HangGuard.Limit };
        while (await PredictAsync(later, run, picture) is null) await Task.Yield();
        Assert.Equal((0, ""), (await service.TerminateAsync(), service.Errors));
        Assert.Contains("are open, and more are refused", service.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("This process may open 300 files; the service needs at least 512", "300", "0")]
    [InlineData("Limits:Connections is 5000, and this process may open 512 files", "512", "5000")]
    public async Task Start_WithFewerFilesThanItNeeds_IsRefused(string expected, string files, string connections)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "There is no prlimit.");

        (int exitCode, _, string errors) = await ServiceProcess.ShowAsync(
            ["--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", folder.Path, "--Limits:Connections", connections],
            launcher: ["prlimit", $"--nofile={files}"]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith(expected, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_OverTheConfiguredNumber_AreClosedAndOthersGoOn()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path, "--Limits:Connections", "2");
        using TcpClient second = await ConnectAsync(service);
        using var refused = new TcpClient();
        using CancellationTokenSource limit = HangGuard.Start();
        try
        {
            await refused.ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, Cancel);
            Assert.Equal(0, await refused.GetStream().ReadAsync(new byte[1], limit.Token));
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // reset, which says the same
        }

        Assert.Equal("Healthy", await service.Client.GetStringAsync("/healthz/live", Cancel));
    }

    public void Dispose() => folder.Dispose();

    private static async Task<TcpClient> ConnectAsync(ServiceProcess service)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, Cancel);
        await connection.GetStream().WriteAsync("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancel);
        Assert.NotEqual(0, await connection.GetStream().ReadAsync(new byte[1000], Cancel)); // it is counted
        return connection;
    }

    private async Task<(Guid Run, byte[] Picture)> TrainAsync()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        var client = new RunClient(service.Client);
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);
        byte[] picture = await service.Client.GetByteArrayAsync("/api/datasets/shapes/images/0.png", Cancel);
        await service.TerminateAsync();
        return (run.Id, picture);
    }

    private static async Task<HttpStatusCode?> PredictAsync(HttpClient client, Guid run, byte[] picture)
    {
        using var body = new ByteArrayContent(picture);
        body.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        try
        {
            using HttpResponseMessage response = await client.PostAsync($"/api/runs/{run}/predict", body, Cancel);
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return null; // the second where the connection was closed while the client still looked at it
        }
    }
}
