using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using CnnService.Api.Tests.Pictures;
using CnnService.Training.Datasets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CnnService.Api.Tests.Runs;

/// <summary>
/// A service that is asked to end does so in order, whatever its clients do at that moment, and ends at once when it is asked again.
/// </summary>
public sealed class StopTests : IDisposable
{
    private const int Signal9 = 137; // what a killed process exits with

    // One thread needs a minute for one iteration: six million million multiplications, each with an addition.
    private static readonly string Long = $$$"""
        {"dataset":"shapes","batchSize":1000,"optimizer":{"type":"sgd"},"model":{"type":"layers","layers":[
        {{{string.Concat(Enumerable.Repeat("""{"type":"convolution","filters":32,"size":31,"padding":15},""", 3))}}}{"type":"affine"}]}}
        """;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Kinds => [.. Clients.Keys];

    private static Dictionary<string, Func<ServiceProcess, Task<IDisposable>>> Clients { get; } = new()
    {
        ["half-sent upload"] = async service => await RawClient.UploadAsync(service),
        ["half-sent run"] = async service => await RawClient.SendAsync(
            service, "POST /api/runs", "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"),
        ["half-sent picture"] = async service => await RawClient.SendAsync(
            service, $"POST /api/runs/{await TrainedAsync(service)}/predict", "Content-Type: image/png\r\nContent-Length: 1000\r\n\r\nabc"),
        ["half-sent header"] = async service => await RawClient.SendAsync(service, "GET /api/runs", "Accept"),
        ["unread download"] = async service => await RawClient.SendAsync(
            service, $"GET /api/runs/{await TrainedAsync(service)}/parameters", "\r\n"),
        ["connection without a request"] = async service => await RawClient.ConnectAsync(service),
    };

    private IEnumerable<string> Spooled => Directory.EnumerateFiles(Path.Combine(folder.Path, "spool"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Terminate_WithAClientThatNeverEnds_LeavesTheCheckpointOfTheLastIteration(string kind)
    {
        await using ServiceProcess service = await StartAsync();
        using IDisposable client = await Clients[kind](service);
        (Guid id, StreamReader events) = await TrainingAsync(service);
        events.Dispose();

        Assert.Equal(0, await service.TerminateAsync());

        AssertCheckpointOfTheLastIteration(id);
        AssertNothingFailed(service);
    }

    [Fact]
    public async Task Terminate_WithAnEventStream_EndsItWellAndLeavesTheCheckpoint()
    {
        await using ServiceProcess service = await StartAsync();
        (Guid id, StreamReader events) = await TrainingAsync(service);

        Assert.Equal(0, await service.TerminateAsync());

        using (events) await events.ReadToEndAsync(Cancel); // which throws where a connection ends by force
        AssertCheckpointOfTheLastIteration(id);
        AssertNothingFailed(service);
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Terminate_WithHubClients_LetsThemReconnectAndLeavesTheCheckpoint(HttpTransportType transport)
    {
        await using ServiceProcess service = await StartAsync();
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(service.Client.BaseAddress!, "/hubs/runs"), transport)
            .AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions)).WithAutomaticReconnect().Build();
        var reconnects = new TaskCompletionSource();
        hub.Reconnecting += _ =>
        {
            reconnects.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(Cancel);
        await hub.InvokeAsync("WatchAll", Cancel);
        (Guid id, StreamReader events) = await TrainingAsync(service);
        await using IAsyncEnumerator<RunEvent> watched = hub.StreamAsync<RunEvent>("Watch", id, 0L, Cancel).GetAsyncEnumerator(Cancel);
        Assert.True(await watched.MoveNextAsync());

        events.Dispose();
        Assert.Equal(0, await service.TerminateAsync());

        await reconnects.Task.WaitAsync(Cancel);
        AssertCheckpointOfTheLastIteration(id);
        AssertNothingFailed(service);
    }

    [Fact]
    public async Task Terminate_WithClientsOfEveryKind_LosesNothing()
    {
        string spec = RunClient.Small(6, """ "batchSize":10,"seed":4 """);
        Run whole;
        using (var other = new TemporaryFolder())
        {
            await using ServiceProcess undisturbed = await ServiceProcess.StartAsync(other.Path);
            var client = new RunClient(undisturbed.Client);
            whole = await client.UntilAsync((await client.SubmitAsync(spec)).Id, RunState.Completed);
        }

        var open = new List<IDisposable>();
        Guid id;
        await using (ServiceProcess service = await StartAsync())
        {
            foreach (Func<ServiceProcess, Task<IDisposable>> client in Clients.Values)
                for (int i = 0; i < 5; i++) open.Add(await client(service));
            (id, StreamReader events) = await TrainingAsync(service, spec, whole.TotalIterations / 3);
            open.Add(events);
            Assert.Equal(0, await service.TerminateAsync());
            AssertNothingFailed(service);
        }

        foreach (IDisposable client in open) client.Dispose();
        AssertCheckpointOfTheLastIteration(id);
        await using ServiceProcess again = await ServiceProcess.StartAsync(folder.Path);
        Run run = await new RunClient(again.Client).UntilAsync(id, RunState.Completed);
        Assert.Equal(whole.ParametersSha256, run.ParametersSha256);
    }

    [Fact]
    public async Task Terminate_InTheMiddleOfAnUpload_AsksTheClientToSendItAgain()
    {
        await using ServiceProcess service = await StartAsync();
        using RawClient upload = await RawClient.UploadAsync(service);
        Task<string> answer = upload.ReadToEndAsync();
        await UntilAsync(Spooled.Any);

        Assert.Equal(0, await service.TerminateAsync());

        Assert.Contains("503 Service Unavailable", await answer, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 10", await answer, StringComparison.Ordinal);
        Assert.Contains("The service is stopping; send it again.", await answer, StringComparison.Ordinal);
        AssertNothingFailed(service);
    }

    [Fact]
    public async Task Terminate_WhileALargeArchiveIsRead_EndsTheReading()
    {
        await using ServiceProcess service = await StartAsync();
        byte[] picture = PictureFiles.Png(2, new byte[3 * 4096 * 4096], width: 4096, height: 4096);
        // A minute of decoding.
        byte[] archive = Archives.Zip([.. Enumerable.Range(0, 500).Select(i => ($"{(i % 2 == 0 ? "cats" : "dogs")}/{i}.png", picture))]);
        Task<HttpResponseMessage> upload = service.Client.UploadAsync("large", archive, resize: true);
        await UntilAsync(() => Spooled.Any(file => new FileInfo(file).Length == archive.Length));

        Assert.Equal(0, await service.TerminateAsync());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await upload).StatusCode);
        Assert.Empty(Spooled);
        AssertNothingFailed(service);
    }

    [Fact]
    public async Task Terminate_InAnIterationLongerThanAStop_AbandonsItWithoutATrace()
    {
        await using ServiceProcess service = await StartAsync("--Training:Threads", "1");
        Guid id = (await new RunClient(service.Client).SubmitAsync(Long)).Id;
        await service.UntilAsync("is running, attempt 1");

        Assert.Equal(0, await service.TerminateAsync());

        Assert.Contains($"Run {id} was abandoned", service.Output, StringComparison.Ordinal);
        AssertNothingFailed(service);
        Assert.Equal(("Running", 0L, null, null), Stored(id));
    }

    [Fact]
    public async Task Terminate_WhileAnotherProcessHoldsTheDatabase_LeavesTheRunAtItsLastCheckpoint()
    {
        await using ServiceProcess service = await StartAsync();
        (Guid id, StreamReader events) = await TrainingAsync(service);
        events.Dispose();
        await using (SqliteConnection database = Open())
        {
            Do(database, "BEGIN IMMEDIATE");

            Assert.Equal(0, await service.TerminateAsync());
        }

        Assert.Contains($"Run {id}: the storage failed while the service stopped", service.Output, StringComparison.Ordinal);
        AssertNothingFailed(service);
        Assert.Equal(("Running", null, null), (Stored(id).State, Stored(id).Checkpoint, Stored(id).Failure));
    }

    [Fact]
    public async Task Terminate_Twice_EndsAtOnce()
    {
        await using ServiceProcess service = await StartAsync("--Training:Threads", "1");
        await new RunClient(service.Client).SubmitAsync(Long);
        await service.UntilAsync("is running, attempt 1");

        await service.SignalAsync();
        await service.UntilAsync("Application is shutting down");
        Assert.Equal(Signal9, await service.TerminateAsync());

        Assert.DoesNotContain("was abandoned", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_InAStartThatWaitsForTheDatabase_EndsWithZero()
    {
        await using (ServiceProcess first = await StartAsync()) await first.TerminateAsync();
        await using SqliteConnection database = Open();
        Do(database, "BEGIN EXCLUSIVE");
        await using ServiceProcess service = ServiceProcess.Begin("--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", folder.Path);
        await UntilAsync(() => IsHeld(Path.Combine(folder.Path, "lock")));

        Assert.Equal(0, await service.TerminateAsync());
    }

    [Fact]
    public async Task Terminate_InTheDemo_EndsWithZeroAndLeavesACheckpoint()
    {
        await using ServiceProcess service = ServiceProcess.Begin(
            "--demo", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", folder.Path);
        await service.UntilAsync("epoch 1/12");
        Guid id = Guid.Parse(service.Output.Split("run ")[1].Split(' ')[0]);

        Assert.Equal((0, ""), (await service.TerminateAsync(), service.Errors));

        AssertCheckpointOfTheLastIteration(id);
    }

    [Fact]
    public async Task Execute_WhenAbandoned_WritesNothing()
    {
        await using var service = new ServiceApplication();
        var client = new RunClient(service.CreateClient());
        Guid id = (await client.UntilAsync((await client.SubmitAsync(RunClient.Small())).Id, RunState.Completed)).Id;
        var databases = service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>();
        await using ServiceDb db = await databases.CreateDbContextAsync(Cancel);
        RunRow row = await db.Runs.SingleAsync(run => run.Id == id, Cancel);
        row.State = RunState.Running;
        await db.SaveChangesAsync(Cancel);
        var start = new RunStart
        {
            Claim = new RunClaim(row.Order, id, row.Attempts),
            Spec = JsonSerializer.Deserialize<RunSpec>(row.Spec, ApiJson.Options)!,
            Dataset = ShapesDataset.Create(),
            TotalIterations = row.TotalIterations,
            Told = [],
            Threads = 1,
            CheckpointEvery = TimeSpan.Zero,
        };
        var abandoned = new CancellationToken(canceled: true);
        IServiceProvider services = service.Services;
        var writer = new RunWriter(
            services.GetRequiredService<DatabaseWriter>(), services.GetRequiredService<Sweeper>(), services.GetRequiredService<RunNews>(),
            TimeProvider.System, start.Claim, abandoned);
        var session = new RunSession(start, writer, TimeProvider.System, NullLogger.Instance, abandoned);

        Assert.ThrowsAny<OperationCanceledException>(() => session.Execute(stopping: abandoned));

        Assert.False(await db.Checkpoints.AnyAsync(checkpoint => checkpoint.Run == row.Order, Cancel));
    }

    public void Dispose() => folder.Dispose();

    private Task<ServiceProcess> StartAsync(params string[] more) =>
        ServiceProcess.StartAsync(folder.Path, ["--Training:CheckpointSeconds", "3600", .. more]);

    // A run that trains, with a stream of its events that has come to an iteration, and stays open.
    private static async Task<(Guid Id, StreamReader Events)> TrainingAsync(ServiceProcess service, string? spec = null, long until = 20)
    {
        Guid id = (await new RunClient(service.Client).SubmitAsync(spec ?? RunClient.Small(epochs: 10_000))).Id;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        HttpResponseMessage response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        while (await events.ReadLineAsync(Cancel) is string line)
            if (line.Contains($"\"iteration\":{until},", StringComparison.Ordinal)) return (id, events);
        throw new InvalidOperationException($"The run ended before iteration {until}.");
    }

    // A run of a few iterations, and 16 MB of parameters, more than what a connection's buffers hold.
    private static async Task<Guid> TrainedAsync(ServiceProcess service)
    {
        var client = new RunClient(service.Client);
        var done = (await service.Client.GetJsonAsync("/api/runs?state=completed")).GetProperty("items");
        if (done.GetArrayLength() > 0) return done[0].GetProperty("id").GetGuid();
        Run run = await client.SubmitAsync("""
            {"dataset":"shapes","epochs":1,"batchSize":3000,
            "model":{"type":"three-layer-conv-net","filters":1,"filterSize":1,"hiddenUnits":16000}}
            """);
        return (await client.UntilAsync(run.Id, RunState.Completed)).Id;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource limit = HangGuard.Start();
        while (!isSo()) await Task.Delay(20, limit.Token); // between two looks at another process; no test judges by it
    }

    private static bool IsHeld(string file)
    {
        try
        {
            using var own = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static void AssertNothingFailed(ServiceProcess service)
    {
        Assert.Equal("", service.Errors);
        Assert.DoesNotContain("fail: ", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit: ", service.Output, StringComparison.Ordinal);
    }

    private void AssertCheckpointOfTheLastIteration(Guid id)
    {
        (string state, long iteration, long? checkpoint, string? failure) = Stored(id);
        Assert.Equal(("Running", null), (state, failure));
        Assert.True(iteration > 0);
        Assert.Equal(iteration, checkpoint);
    }

    private (string State, long Iteration, long? Checkpoint, string? Failure) Stored(Guid id)
    {
        using SqliteConnection database = Open();
        using SqliteCommand select = database.CreateCommand();
        select.CommandText = """
            SELECT State, Iteration, (SELECT MAX(Checkpoints.Iteration) FROM Checkpoints WHERE Run = "Order"), FailureCode FROM Runs
            WHERE Id = $id COLLATE NOCASE
            """;
        select.Parameters.AddWithValue("$id", id.ToString());
        using SqliteDataReader row = select.ExecuteReader();
        Assert.True(row.Read());
        return (row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3));
    }

    private SqliteConnection Open()
    {
        var database = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "cnnservice.db")};Pooling=False");
        database.Open();
        return database;
    }

    private static void Do(SqliteConnection database, string sql)
    {
        using SqliteCommand command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
