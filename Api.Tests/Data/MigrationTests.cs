using System.Security.Cryptography;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CnnService.Api.Tests.Data;

/// <summary>A data directory of a version before goes on with this one.</summary>
public sealed class MigrationTests : IAsyncDisposable
{
    private const string FirstVersion = "20261123205930_Initial";

    private readonly ServiceApplication service = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_DataOfTheFirstVersion_KeepsParametersAndGoesOnFromItsCheckpoint()
    {
        Dataset dataset = ShapesDataset.Create();
        var spec = SpecJson.Read<RunSpec>(JsonDocument.Parse(RunClient.Small(3, """ "seed":5 """)).RootElement, "");
        using var trainer = new Trainer(spec, dataset, threads: 1);
        byte[] checkpoint = [], best = [], spare = RandomNumberGenerator.GetBytes(2 * ContentWriter.PieceLength + 5);
        foreach (IterationReport report in trainer.Run(Cancel))
            if (report.Iteration == 40) (checkpoint, best) = (trainer.Capture().ToArray(), trainer.BestModel().ToArray());
        string whole = Convert.ToHexStringLower(SHA256.HashData(trainer.BestModel().ToArray()));

        Guid paused = Guid.CreateVersion7(), ended = Guid.CreateVersion7();
        await CreateFirstVersionAsync(dataset.Sha256, spec, paused, checkpoint, best, ended, spare);
        var client = new RunClient(service.CreateClient());

        Assert.Equal(best, await client.Http.GetByteArrayAsync($"/api/runs/{paused}/parameters", Cancel));
        Assert.Equal(spare, await client.Http.GetByteArrayAsync($"/api/runs/{ended}/parameters?which=last", Cancel));
        await client.DoAsync(paused, "resume");
        Run run = await client.UntilAsync(paused, RunState.Completed);
        Assert.Equal(whole, run.ParametersSha256);
        IReadOnlyList<RunEvent> events = (await client.EventsAsync(paused)).Items;
        Assert.Equal(trainer.TotalIterations - 40, events.Count(item => item.Type == EventType.Iteration));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();

    private async Task CreateFirstVersionAsync(
        string datasetSha256, RunSpec spec, Guid paused, byte[] checkpoint, byte[] best, Guid ended, byte[] spare)
    {
        string file = Path.Combine(service.DataDirectory, "cnnservice.db");
        var connection = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false };
        await using var db = new ServiceDb(new DbContextOptionsBuilder<ServiceDb>().UseSqlite(connection.ToString()).Options);
        await db.GetService<IMigrator>().MigrateAsync(FirstVersion, Cancel);
        string json = JsonSerializer.Serialize(spec, ApiJson.Options);
        string bestHash = Convert.ToHexStringLower(SHA256.HashData(best)), spareHash = Convert.ToHexStringLower(SHA256.HashData(spare));
        foreach ((long order, Guid id, string state) in ((long, Guid, string)[])[(1, ended, "Completed"), (2, paused, "Paused")])
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO Runs
                    ("Order", Id, Name, State, Dataset, DatasetSha256, Spec, Attempts, Iteration, TotalIterations, Epoch, CreatedAt)
                VALUES ({order}, {id}, 'a', {state}, 'shapes', {datasetSha256}, {json}, 1, 40, 108, 1, '2026-11-24 00:00:00')
                """, Cancel);
        }

        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO Checkpoints (Run, Iteration, Attempt, Content) VALUES (2, 40, 1, {checkpoint})", Cancel);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO Parameters (Run, Which, Iteration, Sha256, Content) VALUES (2, 'Best', 36, {bestHash}, {best})", Cancel);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO Parameters (Run, Which, Iteration, Sha256, Content) VALUES (1, 'Last', 108, {spareHash}, {spare})", Cancel);
    }
}
