using System.Data.Common;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Runs;

/// <summary>A disk that does not read when a run wants its checkpoint holds the run up, and everybody is told.</summary>
public sealed class UnreadableCheckpointTests : IDisposable
{
    private readonly RunThreadsDisk disk = new();
    private readonly ServiceApplication application = new();
    private readonly WebApplicationFactory<Program> service;
    private readonly RunClient client;

    public UnreadableCheckpointTests()
    {
        service = application.WithWebHostBuilder(builder => builder.ConfigureTestServices(services =>
            services.ConfigureDbContext<ServiceDb>(options => options.AddInterceptors(disk))));
        client = new RunClient(service.CreateClient());
    }

    [Fact]
    public async Task Resume_WhileTheCheckpointCannotBeRead_SaysSoAndGoesOnByItself()
    {
        (Run whole, Run run) = await PausedAsync();
        disk.Fails = true;
        await client.DoAsync(run.Id, "resume");
        Assert.Equal((RunState.Running, "storage"), await FailureOfAsync(run.Id));

        disk.Fails = false;
        Run end = await client.UntilAsync(run.Id, RunState.Completed);
        Assert.Null(end.Failure);
        Assert.Equal((whole.ParametersSha256, 2), (end.ParametersSha256, end.Attempts));
    }

    [Fact]
    public async Task Pause_WhileTheCheckpointCannotBeRead_IsDone()
    {
        (Run whole, Run run) = await PausedAsync();
        disk.Fails = true;
        await client.DoAsync(run.Id, "resume");
        await FailureOfAsync(run.Id);
        await client.DoAsync(run.Id, "pause");
        Run paused = await client.UntilStoppedAsync(run.Id);
        Assert.Equal((RunState.Paused, "storage"), (paused.State, paused.Failure?.Code));

        disk.Fails = false;
        await client.DoAsync(run.Id, "resume");
        Assert.Equal(whole.ParametersSha256, (await client.UntilAsync(run.Id, RunState.Completed)).ParametersSha256);
    }

    [Fact]
    public async Task Cancel_WhileTheCheckpointCannotBeRead_IsDone()
    {
        (_, Run run) = await PausedAsync();
        disk.Fails = true;
        await client.DoAsync(run.Id, "resume");
        await FailureOfAsync(run.Id);
        await client.DoAsync(run.Id, "cancel");
        Assert.Equal(RunState.Cancelled, (await client.UntilStoppedAsync(run.Id)).State);
    }

    public void Dispose()
    {
        service.Dispose();
        application.Dispose();
    }

    private Task<(Run Whole, Run Paused)> PausedAsync() =>
        client.PauseInItsMidstAsync(epochs => RunClient.Small(epochs, """ "batchSize":10,"seed":5 """), epochs: 10);

    // As soon as the run has one.
    private async Task<(RunState State, string Code)> FailureOfAsync(Guid id)
    {
        using CancellationTokenSource guard = HangGuard.Start();
        while (true)
        {
            Run run = await client.GetAsync(id);
            if (run.Failure is not null) return (run.State, run.Failure.Code);
            await Task.Delay(10, guard.Token); // between two looks; no test judges by it
        }
    }

    // Whatever the runs' own threads open cannot be read: that is how a session reads its checkpoint, after it was verified elsewhere.
    private sealed class RunThreadsDisk : DbConnectionInterceptor
    {
        public volatile bool Fails;

        public override InterceptionResult ConnectionOpening(
            DbConnection connection, ConnectionEventData eventData, InterceptionResult result)
        {
            Read();
            return result;
        }

        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
            DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            Read();
            return new(result);
        }

        private void Read()
        {
            const int inputOutput = 10;
            if (Fails && Thread.CurrentThread.Name is { } name && name.StartsWith("Run ", StringComparison.Ordinal))
                throw new SqliteException("disk I/O error", inputOutput);
        }
    }
}
