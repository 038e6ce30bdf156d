using System.Security.Cryptography;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;
using CnnService.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Data;

public sealed class StoredContentTests : IAsyncDisposable
{
    private readonly ServiceApplication service = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Insert_RolledBack_LeavesWhatWasThere()
    {
        await using ServiceDb db = Open();
        long run = await AddRunAsync(db);
        byte[] before = RandomNumberGenerator.GetBytes(100_000), after = RandomNumberGenerator.GetBytes(300_000);
        await using (IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(Cancel))
        {
            await InsertAsync(db, run, before.Length, before);
            await transaction.CommitAsync(Cancel);
        }

        await using (IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(Cancel))
        {
            await db.Checkpoints.ExecuteDeleteAsync(Cancel);
            await InsertAsync(db, run, after.Length, after);
            Assert.Equal(after, StoredContent.Read(db, nameof(db.Checkpoints), run));
            await transaction.RollbackAsync(Cancel);
        }

        Assert.Equal(before, StoredContent.Read(db, nameof(db.Checkpoints), run));
        Assert.Equal(before, (await db.Checkpoints.AsNoTracking().SingleAsync(Cancel)).Content);
    }

    [Theory]
    [InlineData(99, typeof(NotSupportedException))]
    [InlineData(101, typeof(InvalidDataException))]
    public async Task Insert_OtherLengthThanWritten_Throws(int length, Type exception)
    {
        await using ServiceDb db = Open();
        long run = await AddRunAsync(db);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(Cancel);

        await Assert.ThrowsAsync(exception, () => InsertAsync(db, run, length, new byte[100]));
    }

    [Fact]
    public async Task PausedRun_ItsRows_HoldACheckpointAndTheBestParameters()
    {
        var client = new RunClient(service.CreateClient());
        Run run = await client.SubmitAsync(RunClient.Small(1000));
        await client.UntilAsync(run.Id, RunState.Running);
        await client.DoAsync(run.Id, "pause");
        run = await client.UntilAsync(run.Id, RunState.Paused);

        await using ServiceDb db = Open();
        CheckpointRow checkpoint = await db.Checkpoints.AsNoTracking().SingleAsync(Cancel);
        ParametersRow best = await db.Parameters.AsNoTracking().SingleAsync(Cancel);

        Assert.Equal((run.Iteration, 1), (checkpoint.Iteration, checkpoint.Attempt));
        Assert.Equal(run.Iteration, Checkpoint.Read(checkpoint.Content).Iteration);
        Assert.Equal((WhichParameters.Best, run.BestIteration), (best.Which, best.Iteration));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(best.Content)), best.Sha256);
        Assert.Equal(best.Content, Model.Read(best.Content).ToArray());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();

    private ServiceDb Open() => service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();

    private static async Task<long> AddRunAsync(ServiceDb db)
    {
        var run = new RunRow { Id = Guid.CreateVersion7(), Name = "a", State = RunState.Paused, Dataset = "a", DatasetSha256 = "a", Spec = "{}" };
        db.Runs.Add(run);
        await db.SaveChangesAsync(Cancel);
        return run.Order;
    }

    private static Task InsertAsync(ServiceDb db, long run, int length, byte[] content) => StoredContent.InsertAsync(
        db,
        nameof(db.Checkpoints),
        $"INSERT INTO Checkpoints (Run, Iteration, Attempt, Content) VALUES ({run}, 1, 1, zeroblob({length}))",
        stream => stream.Write(content));
}
