using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Browser;
using CnnService.Api.Tests.Runs;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Proxies;

/// <summary>Behind nginx as people set it up first, what is live stays live, and the pages work below a prefix.</summary>
public sealed class NginxTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // nginx keeps an answer back until 4 KB are full, unless it is told otherwise: a run that waits would tell nothing at all.
    [Fact]
    public async Task Events_OfARunThatWaits_ComeWhileTheStreamIsOpen()
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        await using Nginx nginx = await Nginx.StartAsync(Everything(service));
        using var http = new HttpClient { BaseAddress = nginx.Address, Timeout = HangGuard.Limit };
        Run waiting = await SubmitWaitingAsync(new RunClient(http));

        using HttpResponseMessage stream = await new RunClient(http).FollowAsync(waiting.Id);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Cancel));
        using CancellationTokenSource limit = HangGuard.Start();

        Assert.Equal("id: 1", await reader.ReadLineAsync(limit.Token));
        Assert.Equal(RunState.Queued, (await new RunClient(http).GetAsync(waiting.Id)).State);
    }

    [Fact]
    public async Task Hub_WithTheTransportThatIsLeft_WatchesARunThatWaits()
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        await using Nginx nginx = await Nginx.StartAsync(Everything(service));
        using var http = new HttpClient { BaseAddress = nginx.Address, Timeout = HangGuard.Limit };
        Run waiting = await SubmitWaitingAsync(new RunClient(http));
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(nginx.Address, "/hubs/runs"))
            .AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions)).Build();
        using CancellationTokenSource limit = HangGuard.Start();
        await hub.StartAsync(limit.Token);

        await foreach (RunEvent item in hub.StreamAsync<RunEvent>("Watch", waiting.Id, 0L, limit.Token))
        {
            Assert.Equal((1, RunState.Queued), (item.Sequence, item.State));
            break;
        }
    }

    [Fact]
    public async Task Swagger_BelowAPrefix_TriesOutBelowIt()
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        await using Nginx nginx = await Nginx.StartAsync($"location /cnn/ {{ proxy_pass {service.Client.BaseAddress}; proxy_set_header Host $http_host; }}");
        await using SwaggerPage swagger = await SwaggerPage.OpenAsync(new Uri(nginx.Address, "/cnn/swagger/index.html"));

        await (await swagger.TryAsync("get", "/api/datasets")).ExecuteAsync(200);
        await (await swagger.TryAsync("post", "/api/runs")).ExecuteAsync(202);
        Assert.Empty(swagger.Errors);
    }

    private static string Everything(ServiceProcess service) => $"location / {{ proxy_pass {service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)}; }}";

    // Behind one that has no end.
    private static async Task<Run> SubmitWaitingAsync(RunClient client)
    {
        Run first = await client.SubmitAsync(RunClient.Endless), second = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(first.Id, RunState.Running);
        return second;
    }
}
