using System.Net;
using CnnService.Api.Data;
using CnnService.Api.Runs;
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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();
}
