using System.Net;
using System.Threading.Channels;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Runs;

/// <summary>Requests that meet a run, or each other, between two of their steps.</summary>
public sealed class MeetingTests : IAsyncDisposable
{
    private readonly ServiceApplication service = new();
    private readonly RunClient client;

    public MeetingTests() => client = new RunClient(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tell_RunThatIsDeletedAfterItsCommit_IsNoFailure()
    {
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);
        await using ServiceDb db = service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();
        long order = await db.Runs.Where(row => row.Id == run.Id).Select(row => row.Order).SingleAsync(Cancel);
        await client.Http.DeleteAsync($"/api/runs/{run.Id}", Cancel);

        await service.Services.GetRequiredService<RunNews>().TryTellAsync(order);
    }

    // The worker knows of the pause, and acts on it with its next write.
    [Theory]
    [InlineData("cancel", RunState.Cancelled)]
    [InlineData("resume", RunState.Running)]
    public async Task Request_WhileTheWorkerIsAboutToPause_TakesThePlaceOfThePause(string verb, RunState expected)
    {
        while (true)
        {
            Run run = await client.SubmitAsync(RunClient.Endless);
            await client.UntilAsync(run.Id, RunState.Running);
            Run asked = await RunClient.ReadAsync<Run>(await client.DoAsync(run.Id, "pause"));
            while ((run = await client.GetAsync(run.Id)).State == RunState.Running && run.Iteration == asked.Iteration) { }
            Run answer = await RunClient.ReadAsync<Run>(await client.DoAsync(run.Id, verb));

            long seen = answer.Iteration;
            for (int writes = 0; writes < 3 && run.State is RunState.Queued or RunState.Running; run = await client.GetAsync(run.Id))
                if (run.Iteration > seen) (seen, writes) = (run.Iteration, writes + 1);
            await client.DoAsync(run.Id, "cancel");
            if (answer.State != RunState.Running) continue; // it had paused already
            Assert.Equal(expected, run.State);
            return;
        }
    }

    [Fact]
    public async Task Submit_KnownKeyAfterItsDatasetIsDeleted_GivesTheRun()
    {
        Run run = await RunClient.ReadAsync<Run>(await client.PostAsync(RunClient.Small(), "key"));
        await client.UntilAsync(run.Id, RunState.Completed);
        Assert.Equal(HttpStatusCode.NoContent, (await client.Http.DeleteAsync("/api/datasets/shapes", Cancel)).StatusCode);

        HttpResponseMessage again = await client.PostAsync(RunClient.Small(), "key");
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(run.Id, (await RunClient.ReadAsync<Run>(again)).Id);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.PostAsync(RunClient.Small(2), "key")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(RunClient.Small())).StatusCode);
    }

    [Fact]
    public async Task Change_OfAClientThatIsGoneAtItsCommit_IsToldToThoseWhoWatch()
    {
        const int count = 20;
        Run last = await client.SubmitAsync(RunClient.Endless);
        var runs = new List<Guid>();
        while (runs.Count < count) runs.Add((await client.SubmitAsync(RunClient.Small())).Id);
        foreach (Guid id in (Guid[])[.. runs, last.Id]) await client.DoAsync(id, "pause");
        await client.UntilAsync(last.Id, RunState.Paused);
        var told = Channel.CreateUnbounded<Run>();
        await using HubConnection hub = await ConnectAsync();
        hub.On<Run>("RunChanged", run => told.Writer.TryWrite(run));
        await hub.InvokeAsync("WatchAll", Cancel);

        foreach (Guid id in runs) await CancelAndLeaveAsync(id);
        await client.DoAsync(last.Id, "cancel");
        var heard = new List<Guid>();
        while (!heard.Contains(last.Id)) heard.Add((await told.Reader.ReadAsync(Cancel)).Id);

        foreach (Guid id in runs)
            if ((await client.GetAsync(id)).State == RunState.Cancelled) Assert.Contains(id, heard);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();

    // Nothing else commits: no run is running.
    private async Task CancelAndLeaveAsync(Guid id)
    {
        var commits = service.Services.GetRequiredService<CommitCount>();
        using var client = new CancellationTokenSource();
        long before = commits.Read();
        Task leaving = Task.Run(
            () =>
            {
                while (commits.Read() == before) Cancel.ThrowIfCancellationRequested();
                client.Cancel();
            },
            Cancel);
        try
        {
            await service.Services.GetRequiredService<RunQueue>().CancelAsync(id, client.Token);
        }
        catch (OperationCanceledException) when (client.IsCancellationRequested)
        {
            // As a client that has gone hears nothing.
        }

        await leaving;
    }

    private async Task<HubConnection> ConnectAsync()
    {
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(
                new Uri(service.Server.BaseAddress, "/hubs/runs"),
                options => options.HttpMessageHandlerFactory = _ => service.Server.CreateHandler())
            .AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions))
            .WithServerTimeout(HangGuard.Limit)
            .Build();
        hub.HandshakeTimeout = HangGuard.Limit;
        await hub.StartAsync(Cancel);
        return hub;
    }
}
