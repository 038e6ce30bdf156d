using System.Net;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Runs;

/// <summary>A process that is killed at any moment loses nothing, and the run goes on by itself with the same bits.</summary>
public sealed class RestartTests
{
    private const int Kills = 5;

    private static string Spec(int epochs) => RunClient.Small(epochs, """ "batchSize":10,"seed":4 """);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_InMidRun_EndsWithTheParametersAndEventsOfAnUndisturbedRun()
    {
        for (int epochs = 6; ; epochs *= 2) // until every kill has met the run in its midst
        {
            (Run whole, IReadOnlyList<RunEvent> wholeEvents) = await UndisturbedAsync(epochs);
            using var folder = new TemporaryFolder();
            ServiceProcess service = await StartAsync(folder);
            Guid id = (await new RunClient(service.Client).SubmitAsync(Spec(epochs))).Id;
            for (int kill = 1; kill <= Kills; kill++)
            {
                await UntilIterationAsync(service, id, whole.TotalIterations * kill / (Kills + 2));
                await service.KillAsync();
                await service.DisposeAsync();
                service = await StartAsync(folder);
            }

            await using (service)
            {
                var client = new RunClient(service.Client);
                Run run = await client.UntilAsync(id, RunState.Completed);
                if (run.Attempts <= Kills) continue;

                Assert.Equal(whole.ParametersSha256, run.ParametersSha256);
                List<RunEvent> events = await client.StreamAsync(id);
                Assert.Equal(RunsTests.Told(wholeEvents), RunsTests.Told(events), SameEvents.Comparer);
                Assert.Equal(Enumerable.Range(1, wholeEvents.Count).Select(n => (long)n), events.Select(e => e.Sequence));
                Assert.Equal(Kills + 1, run.Attempts);
                return;
            }
        }
    }

    [Fact]
    public async Task Kill_RightAfterTheRunWasAccepted_KeepsIt()
    {
        using var folder = new TemporaryFolder();
        Guid id;
        await using (ServiceProcess service = await StartAsync(folder))
        {
            id = (await new RunClient(service.Client).SubmitAsync(Spec(6))).Id;
            await service.KillAsync();
        }

        await using ServiceProcess again = await StartAsync(folder);

        Assert.Equal(RunState.Completed, (await new RunClient(again.Client).UntilAsync(id, RunState.Completed)).State);
    }

    [Fact]
    public async Task Terminate_InMidRun_LeavesACheckpointFromWhichTheRunGoesOn()
    {
        for (int epochs = 6; ; epochs *= 2) // until the signal has met the run in its midst
        {
            (Run whole, _) = await UndisturbedAsync(epochs);
            using var folder = new TemporaryFolder();
            Guid id;
            await using (ServiceProcess service = await StartAsync(folder, "--Training:CheckpointSeconds", "3600"))
            {
                id = (await new RunClient(service.Client).SubmitAsync(Spec(epochs))).Id;
                await UntilIterationAsync(service, id, whole.TotalIterations / 3);
                Assert.Equal(0, await service.TerminateAsync());
            }

            await using ServiceProcess again = await StartAsync(folder, "--Training:CheckpointSeconds", "3600");
            using HttpResponseMessage best = await again.Client.GetAsync($"/api/runs/{id}/parameters", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, best.StatusCode); // of before the stop
            Run run = await new RunClient(again.Client).UntilAsync(id, RunState.Completed);
            if (run.Attempts == 1) continue;

            Assert.Equal(whole.ParametersSha256, run.ParametersSha256);
            return;
        }
    }

    [Theory]
    [InlineData(9, RunState.Running)]
    [InlineData(10, RunState.Failed)]
    public async Task Start_AfterManyCrashesInARow_GivesARunUp(int crashes, RunState expected)
    {
        using var folder = new TemporaryFolder();
        Guid id;
        await using (ServiceProcess service = await StartAsync(folder, "--Training:CheckpointSeconds", "3600"))
        {
            var client = new RunClient(service.Client);
            id = (await client.SubmitAsync(RunClient.Endless)).Id;
            await client.UntilNextIterationAsync(id);
            await service.KillAsync();
        }

        await using (var database = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "cnnservice.db")};Pooling=False"))
        {
            await database.OpenAsync(Cancel);
            await using SqliteCommand update = database.CreateCommand();
            // Attempts that were paused and resumed do not count.
            update.CommandText = $"UPDATE Runs SET Takeovers = {crashes}, Attempts = 50";
            await update.ExecuteNonQueryAsync(Cancel);
        }

        await using ServiceProcess again = await StartAsync(folder, "--Training:CheckpointSeconds", "3600");
        var after = new RunClient(again.Client);
        if (expected == RunState.Failed) Assert.Equal("crashed-repeatedly", (await after.UntilAsync(id, RunState.Failed)).Failure!.Code);
        else await after.UntilNextIterationAsync(id);
    }

    private static Task<ServiceProcess> StartAsync(TemporaryFolder folder, params string[] more) =>
        ServiceProcess.StartAsync(folder.Path, more.Length > 0 ? more : ["--Training:CheckpointSeconds", "1"]);

    private static async Task<(Run Run, IReadOnlyList<RunEvent> Events)> UndisturbedAsync(int epochs)
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await StartAsync(folder);
        var client = new RunClient(service.Client);
        Guid id = (await client.SubmitAsync(Spec(epochs))).Id;
        Run run = await client.UntilAsync(id, RunState.Completed);
        return (run, await client.StreamAsync(id));
    }

    private static async Task UntilIterationAsync(ServiceProcess service, Guid id, long iteration)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using HttpResponseMessage response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        while (await reader.ReadLineAsync(Cancel) is string line)
            if (line.Contains($"\"iteration\":{iteration},", StringComparison.Ordinal)) return;
        Assert.Fail($"The run ended before iteration {iteration}.");
    }
}
