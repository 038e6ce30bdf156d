using System.Net;
using System.Threading.Channels;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Runs;

/// <summary>The hub, server-sent events and REST give one list.</summary>
public sealed class LiveTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_LateAndReconnecting_SeesTheSameListAsRestAndStream()
    {
        Run run = await client.SubmitAsync(RunClient.Small(epochs: 4));
        var watched = new List<RunEvent>();
        foreach (int untilCount in (int[])[5, 40, int.MaxValue]) // two connections that break off, one that stays
        {
            await using HubConnection hub = await ConnectAsync();
            await foreach (RunEvent item in hub.StreamAsync<RunEvent>("Watch", run.Id, watched.Count == 0 ? 0 : watched[^1].Sequence, Cancel))
            {
                watched.Add(item);
                if (watched.Count >= untilCount) break;
            }
        }

        Assert.Equal((await client.EventsAsync(run.Id)).Items, watched, SameEvents.Comparer);
        Assert.Equal(await client.StreamAsync(run.Id), watched, SameEvents.Comparer);
        Assert.Equal(RunState.Completed, watched[^1].State);
    }

    [Fact]
    public async Task WatchAll_WhileARunTrains_TellsStatesAndEpochs()
    {
        var told = Channel.CreateUnbounded<Run>();
        await using HubConnection hub = await ConnectAsync();
        hub.On<Run>("RunChanged", run => told.Writer.TryWrite(run));
        await hub.InvokeAsync("WatchAll", Cancel);

        // The second one waits, and is told as queued, before it starts.
        Run first = await client.SubmitAsync(RunClient.Endless), submitted = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(first.Id, RunState.Running);
        await client.DoAsync(first.Id, "cancel");
        var states = new List<RunState>();
        while (!states.Contains(RunState.Completed))
            if (await told.Reader.ReadAsync(Cancel) is Run run && run.Id == submitted.Id) states.Add(run.State);

        Assert.Equal([RunState.Queued, RunState.Running, RunState.Completed], states.Distinct());
    }

    [Fact]
    public async Task WatchAll_EpochsThatAreShorterThanACommit_TellsEachWithItsAccuracies()
    {
        var told = Channel.CreateUnbounded<Run>();
        await using HubConnection hub = await ConnectAsync();
        hub.On<Run>("RunChanged", run => told.Writer.TryWrite(run));
        await hub.InvokeAsync("WatchAll", Cancel);
        Run submitted = await client.SubmitAsync(RunClient.Small(epochs: 12));

        using CancellationTokenSource limit = HangGuard.Start();
        var seen = new List<Run>();
        while (seen.Count == 0 || seen[^1].State != RunState.Completed)
            if (await told.Reader.ReadAsync(limit.Token) is Run run && run.Id == submitted.Id) seen.Add(run);

        foreach (RunEvent epoch in (await client.EventsAsync(submitted.Id)).Items.Where(e => e.Type == EventType.Epoch))
            Assert.Contains(seen, run => (run.Epoch, run.TrainAccuracy, run.ValidationAccuracy)
                == (epoch.Epoch!.Value, epoch.TrainAccuracy, epoch.ValidationAccuracy));
        Assert.Equal(seen[^1].BestValidationAccuracy, seen.Max(run => run.ValidationAccuracy));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Watch_WithoutItsSequenceNumberOrWithItInOtherForms_BeginsWithTheFirstEvent(int form)
    {
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);
        object?[] arguments = form == 0 ? [run.Id] : form == 1 ? [run.Id, null] : [run.Id, "0"];
        await using HubConnection hub = await ConnectAsync();

        var watched = new List<RunEvent>();
        await foreach (RunEvent item in hub.StreamAsyncCore<RunEvent>("Watch", arguments, Cancel)) watched.Add(item);

        Assert.Equal((await client.EventsAsync(run.Id)).Items, watched, SameEvents.Comparer);
    }

    [Fact]
    public async Task Hub_OtherArguments_SaysWhatItTakes()
    {
        const string watch = "Watch takes a run id and a sequence number, which is 0 when it is left out.";
        await using HubConnection hub = await ConnectAsync();
        foreach (object?[] arguments in (object?[][])[[], [5], [Guid.Empty, "first"], [Guid.Empty, 0.5], [Guid.Empty, 0, 0]])
        {
            var refused = await Assert.ThrowsAsync<HubException>(async () =>
            {
                await foreach (RunEvent unused in hub.StreamAsyncCore<RunEvent>("Watch", arguments, Cancel)) Assert.Fail($"Got {unused}.");
            });
            Assert.Contains(watch, refused.Message, StringComparison.Ordinal);
        }

        // As the framework does, which streams to calls that ask for a stream.
        var single = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("Watch", $"{Guid.Empty}", Cancel));
        Assert.Contains("streaming 'Watch' method with a non-streaming invocation", single.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HubException>(async () =>
        {
            await foreach (RunEvent unused in hub.StreamAsync<RunEvent>("watch", Guid.Empty, Cancel)) Assert.Fail($"Got {unused}.");
        });

        var all = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("WatchAll", 1, Cancel));
        Assert.Contains("WatchAll takes no arguments.", all.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_UnknownRun_SaysSo()
    {
        await using HubConnection hub = await ConnectAsync();

        var refused = await Assert.ThrowsAsync<HubException>(async () =>
        {
            await foreach (RunEvent unused in hub.StreamAsync<RunEvent>("Watch", Guid.Empty, 0L, Cancel)) Assert.Fail($"Got {unused}.");
        });

        Assert.Contains("not found", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ClientThatHasAll_GetsNoContent()
    {
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);
        long last = (await client.EventsAsync(run.Id)).Items[^1].Sequence;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run.Id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.Add("Last-Event-ID", $"{last}");

        Assert.Equal(HttpStatusCode.NoContent, (await client.Http.SendAsync(request, Cancel)).StatusCode);
    }

    private async Task<HubConnection> ConnectAsync()
    {
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(new Uri(service.Server.BaseAddress, "/hubs/runs"), options => options.HttpMessageHandlerFactory = _ => service.Server.CreateHandler())
            .AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions))
            .WithServerTimeout(HangGuard.Limit)
            .Build();
        hub.HandshakeTimeout = HangGuard.Limit;
        await hub.StartAsync(Cancel);
        return hub;
    }
}
