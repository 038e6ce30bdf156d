using System.Net;
using System.Net.Http.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;

namespace CnnService.Api.Tests.Runs;

public sealed class RunsTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_NameOf100Characters_CountsCharactersAndNotTheirHalves()
    {
        string cats = string.Concat(Enumerable.Repeat("\U0001F408", 100));
        Run run = await client.SubmitAsync(RunClient.Small(1, $""" "name":"{cats}" """));
        Assert.Equal(cats, run.Name);
        using HttpResponseMessage longer = await client.PostAsync(RunClient.Small(1, $""" "name":"{cats}+" """));
        Assert.Equal(HttpStatusCode.BadRequest, longer.StatusCode);
    }

    [Fact]
    public async Task Submit_SmallRun_TrainsToItsEnd()
    {
        HttpResponseMessage response = await client.PostAsync(RunClient.Small(epochs: 2));
        Run queued = await RunClient.ReadAsync<Run>(response);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/api/runs/{queued.Id}", response.Headers.Location!.ToString());

        Run run = await client.UntilAsync(queued.Id, RunState.Completed);

        Assert.Equal(72, run.Iteration);
        Assert.Equal(72, run.TotalIterations);
        Assert.Equal(2, run.Epoch);
        Assert.True(run.Loss < 2.31);
        Assert.InRange(run.TestAccuracy!.Value, 0.05, 1);
        Assert.Equal(64, run.ParametersSha256!.Length);
        Assert.Null(run.SecondsLeft);
        Assert.Equal(1, run.Attempts);
    }

    [Fact]
    public async Task Events_OfACompletedRun_AreNumberedWithoutGapsAndOrdered()
    {
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);

        IReadOnlyList<RunEvent> events = (await client.EventsAsync(run.Id)).Items;

        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Equal([RunState.Queued, RunState.Running, RunState.Completed], events.Where(e => e.Type == EventType.State).Select(e => e.State!.Value));
        Assert.Equal([EventType.State, EventType.State, EventType.Iteration, EventType.Epoch], events.Take(4).Select(e => e.Type));
        Assert.Equal([EventType.Iteration, EventType.Epoch, EventType.State], events.TakeLast(3).Select(e => e.Type));
        Assert.Equal(36, events.Count(e => e.Type == EventType.Iteration));
    }

    [Fact]
    public async Task Submit_SameSpecAgain_GivesTheSameParametersAndEvents()
    {
        Run first = await client.SubmitAsync(RunClient.Small()), second = await client.SubmitAsync(RunClient.Small());
        Run one = await client.UntilAsync(first.Id, RunState.Completed), two = await client.UntilAsync(second.Id, RunState.Completed);

        Assert.Equal(one.ParametersSha256, two.ParametersSha256);
        Assert.Equal(Told((await client.EventsAsync(first.Id)).Items), Told((await client.EventsAsync(second.Id)).Items), SameEvents.Comparer);
        Assert.True(one.StartedAt < two.StartedAt, "Runs are taken in the order of the queue.");
    }

    [Fact]
    public async Task Submit_SameIdempotencyKey_GivesTheSameRun()
    {
        Run first = await RunClient.ReadAsync<Run>(await client.PostAsync(RunClient.Small(), "key-1"));

        Assert.Equal(first.Id, (await RunClient.ReadAsync<Run>(await client.PostAsync(RunClient.Small(), "key-1"))).Id);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.PostAsync(RunClient.Small(2), "key-1")).StatusCode);
    }

    [Fact]
    public async Task Pause_RunningRun_StopsBetweenIterationsAndResumesWithTheSameBits()
    {
        (Run undisturbed, Run paused) = await client.PauseInItsMidstAsync(
            epochs => RunClient.Small(epochs, """ "batchSize":10 """), epochs: 3);
        Assert.Null(paused.Requested);
        Assert.True(paused.Iteration < paused.TotalIterations);

        Assert.Equal(HttpStatusCode.Accepted, (await client.DoAsync(paused.Id, "resume")).StatusCode);
        Run end = await client.UntilAsync(paused.Id, RunState.Completed);
        Assert.Equal(undisturbed.ParametersSha256, end.ParametersSha256);
        Assert.Equal(2, end.Attempts);
    }

    [Fact]
    public async Task Cancel_QueuedRunningAndPausedRun_EndsThem()
    {
        Run running = await client.SubmitAsync(RunClient.Endless);
        Run queued = await client.SubmitAsync(RunClient.Small()), paused = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(running.Id, RunState.Running);
        Assert.Equal(RunState.Paused, (await RunClient.ReadAsync<Run>(await client.DoAsync(paused.Id, "pause"))).State);

        Assert.Equal(RunState.Cancelled, (await RunClient.ReadAsync<Run>(await client.DoAsync(queued.Id, "cancel"))).State);
        Assert.Equal(RunState.Cancelled, (await RunClient.ReadAsync<Run>(await client.DoAsync(paused.Id, "cancel"))).State);
        await client.DoAsync(running.Id, "cancel");
        Run ended = await client.UntilAsync(running.Id, RunState.Cancelled);

        Assert.NotNull(ended.EndedAt);
        Assert.Equal(HttpStatusCode.Accepted, (await client.DoAsync(running.Id, "cancel")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await client.DoAsync(running.Id, "resume")).StatusCode);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    public async Task Verbs_OfACompletedRun_AnswerConflictNamingTheState(string verb)
    {
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);

        HttpResponseMessage response = await client.DoAsync(run.Id, verb);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("completed", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_RunningIsRefused_EndedIsGone()
    {
        Run run = await client.SubmitAsync(RunClient.Endless);
        await client.UntilAsync(run.Id, RunState.Running);
        Assert.Equal(HttpStatusCode.Conflict, (await client.Http.DeleteAsync($"/api/runs/{run.Id}", Cancel)).StatusCode);
        await client.DoAsync(run.Id, "cancel");
        await client.UntilAsync(run.Id, RunState.Cancelled);

        Assert.Equal(HttpStatusCode.NoContent, (await client.Http.DeleteAsync($"/api/runs/{run.Id}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.Http.GetAsync($"/api/runs/{run.Id}", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Run_ThatDiverges_FailsWithIterationAndHintAndTellsTheLoss()
    {
        Run run = await client.SubmitAsync(RunClient.Small(5, """ "optimizer":{"type":"sgd","learningRate":1000} """));
        Run failed = await client.UntilAsync(run.Id, RunState.Failed);

        Assert.Equal("non-finite-loss", failed.Failure!.Code);
        Assert.Contains("smaller learning rate", failed.Failure.Message, StringComparison.Ordinal);
        RunEvent last = (await client.EventsAsync(run.Id)).Items.Last(e => e.Type == EventType.Iteration);
        Assert.False(double.IsFinite(last.Loss!.Value));
        Assert.Equal(failed.Failure.Iteration, last.Iteration);
    }

    [Fact]
    public async Task List_ByStateAndPage_GivesNewestFirst()
    {
        Run first = await client.SubmitAsync(RunClient.Small()), second = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(second.Id, RunState.Completed);

        var page = (await client.Http.GetFromJsonAsync<Page<Run>>("/api/runs?state=completed&limit=1", ApiJson.Options, Cancel))!;
        var next = (await client.Http.GetFromJsonAsync<Page<Run>>($"/api/runs?state=completed&limit=1&after={page.Next}", ApiJson.Options, Cancel))!;

        Assert.Equal(second.Id, Assert.Single(page.Items).Id);
        Assert.Equal(first.Id, Assert.Single(next.Items).Id);
    }

    /// <summary>What events tell, without their numbers and times.</summary>
    internal static IEnumerable<RunEvent> Told(IEnumerable<RunEvent> events) => events.Select(item => item with { Sequence = 0, At = default });
}
