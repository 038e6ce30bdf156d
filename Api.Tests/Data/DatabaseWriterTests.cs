using System.Net;
using System.Net.Http.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Data;

/// <summary>Writers wait without a thread, for a limited time; readers never wait.</summary>
public sealed class DatabaseWriterTests : IAsyncDisposable
{
    private const int Waiting = 100;

    private readonly ServiceApplication service = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DatabaseWriter Writer => service.Services.GetRequiredService<DatabaseWriter>();

    [Fact]
    public async Task Write_ThatThrows_IsUndoneAndTheNextOneGoesOn()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Writer.WriteAsync(async db =>
        {
            await db.Datasets.ExecuteDeleteAsync(Cancel);
            throw new InvalidOperationException();
        }, Cancel));

        Assert.Equal(1, await Writer.WriteAsync(db => db.Datasets.CountAsync(Cancel), Cancel));
        Assert.Null(Writer.Failure);
    }

    [Fact]
    public async Task Write_ManyAtOnce_TakeTurns()
    {
        int inside = 0;
        DatabaseWriter writer = Writer;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => writer.WriteAsync(async db =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await db.Database.ExecuteSqlAsync($"PRAGMA user_version = 1", Cancel);
            Interlocked.Decrement(ref inside);
        }, Cancel), Cancel)));
    }

    [Fact]
    public async Task Write_ManyWaiting_GoInTheOrderInWhichTheyCame()
    {
        const int waiting = 20;
        DatabaseWriter writer = Writer;
        var order = new List<int>();
        Task[] writes = await writer.WriteAsync(_ => Task.FromResult<Task[]>(
            [.. Enumerable.Range(0, waiting).Select(i => writer.WriteAsync(_ =>
            {
                order.Add(i);
                return Task.CompletedTask;
            }, Cancel))]), Cancel);

        await Task.WhenAll(writes);

        Assert.Equal(Enumerable.Range(0, waiting), order);
    }

    [Fact]
    public async Task Write_WhileAnotherProcessHoldsTheDatabase_WaitsWithoutAThread()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var databases = service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>();
        using var writer = new DatabaseWriter(databases, new HastyTime());
        await using SqliteConnection other = await LockAsync();

        Task<int> write = writer.WriteAsync(_ => Task.FromResult(1), stop.Token);

        Assert.False(write.IsCompleted, "The call came back after it had waited.");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await other.DisposeAsync();
        Assert.Equal(2, await writer.WriteAsync(_ => Task.FromResult(2), Cancel));
    }

    [Fact]
    public async Task Probe_WhileAWriteHasItsTurn_WaitsForNobodyAndTellsNoFailure() =>
        Assert.Null(await Writer.WriteAsync(_ => Writer.ProbeAsync(Cancel), Cancel));

    [Fact]
    public async Task Requests_WhileAnotherProcessHoldsTheDatabase_ReadAndWritersAreSentAway()
    {
        var client = new RunClient(service.CreateClient());
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);
        await using SqliteConnection other = await LockAsync();

        Task<HttpResponseMessage>[] writers = [.. Enumerable.Range(0, Waiting).Select(_ => client.PostAsync(RunClient.Small()))];
        int answered = 0;
        while (!writers.Any(writer => writer.IsCompleted))
        {
            Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync("/healthz/live", Cancel)).StatusCode);
            Assert.Equal(RunState.Completed, (await client.GetAsync(run.Id)).State);
            answered++;
        }

        Assert.True(answered > Waiting, $"{answered} requests were answered while {Waiting} writers waited.");
        foreach (HttpResponseMessage response in await Task.WhenAll(writers))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.Http.GetAsync("/healthz/ready", Cancel)).StatusCode);
        await other.DisposeAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(RunClient.Small())).StatusCode);
    }

    [Fact]
    public async Task Run_WhileAnotherProcessHoldsTheDatabase_SaysSoAndGoesOnByItself()
    {
        var client = new RunClient(service.CreateClient());
        Run run = await client.SubmitAsync(RunClient.Endless);
        await client.UntilAsync(run.Id, RunState.Running);
        using CancellationTokenSource limit = HangGuard.Start();
        await using (SqliteConnection other = await LockAsync())
        {
            while ((run = await client.GetAsync(run.Id)).Failure is null)
                await Task.Delay(10, limit.Token); // between two looks; no test judges by it
            Assert.Equal((RunState.Running, "storage"), (run.State, run.Failure!.Code));
            Assert.Contains("by itself", run.Failure.Message, StringComparison.Ordinal);
        }

        await client.UntilNextIterationAsync(run.Id);
        await client.DoAsync(run.Id, "cancel");
        run = await client.UntilAsync(run.Id, RunState.Cancelled);
        Assert.Null(run.Failure);
        Assert.Equal(1, run.Attempts);
    }

    [Fact]
    public async Task Claim_WhileAnotherProcessHoldsTheDatabase_IsTriedAgain()
    {
        var client = new RunClient(service.CreateClient());
        await using (SqliteConnection other = await LockAsync())
        {
            service.Services.GetRequiredService<QueueBell>().Bell.Ring(); // the worker looks for a run
            for (int i = 0; i < 2; i++) // by then the worker has waited in vain as well
                await Assert.ThrowsAsync<DatabaseBusyException>(() => Writer.WriteAsync(_ => Task.CompletedTask, Cancel));
        }

        Assert.True(service.Services.GetRequiredService<RunWorker>().IsAlive);
        await client.UntilAsync((await client.SubmitAsync(RunClient.Small())).Id, RunState.Completed);
    }

    [Fact]
    public async Task Delete_RunOfManyEvents_GoesInSlicesAndTheFileShrinks()
    {
        const int events = 200_000;
        var client = new RunClient(service.CreateClient());
        Run run = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(run.Id, RunState.Completed);
        await AddEventsAsync(run.Id, events);
        long before = FileLength();

        Assert.Equal(HttpStatusCode.NoContent, (await client.Http.DeleteAsync($"/api/runs/{run.Id}", Cancel)).StatusCode);
        var seen = new List<long>();
        do seen.Add(await Writer.WriteAsync(db => db.Events.LongCountAsync(Cancel), Cancel));
        while (seen[^1] > 0);
        Assert.Contains(seen, left => left is > 0 and < events); // a writer had its turn between two slices
        Assert.Equal(HttpStatusCode.NotFound, (await client.Http.GetAsync($"/api/runs/{run.Id}", Cancel)).StatusCode);
        Assert.Empty((await client.Http.GetFromJsonAsync<Page<Run>>("/api/runs", ApiJson.Options, Cancel))!.Items);

        while (await Writer.WriteAsync(db => db.Runs.IgnoreQueryFilters().AnyAsync(Cancel), Cancel)) { }
        using CancellationTokenSource limit = HangGuard.Start();
        while (FileLength() > before / 2) await Task.Delay(10, limit.Token); // between two looks; no test judges by it
        await using ServiceDb after = Open();
        Assert.False(await after.Events.AnyAsync(Cancel));
        Assert.False(await after.Contents.AnyAsync(Cancel));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();

    private ServiceDb Open() => service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();

    private long FileLength() => new FileInfo(Path.Combine(service.DataDirectory, "cnnservice.db")).Length;

    // As an administrator's tool would from another process.
    private async Task<SqliteConnection> LockAsync()
    {
        string file = Path.Combine(service.DataDirectory, "cnnservice.db");
        var other = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=600");
        await other.OpenAsync(Cancel);
        other.BeginTransaction();
        return other;
    }

    private Task<int> AddEventsAsync(Guid id, int count) => Writer.WriteAsync(db => db.Database.ExecuteSqlAsync($"""
        WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {count})
        INSERT INTO Events (Run, Sequence, Type, Iteration, Epoch, LossBits, LearningRate, At)
        SELECT "Order", 1000 + number, 'Iteration', number, 1, 4611686018427387904, 0.001, '2026-11-25 00:00:00'
        FROM Runs, numbers WHERE upper(Id) = upper({id})
        """, Cancel), Cancel);

    // A second goes by from one look to the next, and whoever waits for the clock waits for ever.
    private sealed class HastyTime : TimeProvider
    {
        private long seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref seconds);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
