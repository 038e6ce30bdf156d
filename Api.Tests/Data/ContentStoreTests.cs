using System.Security.Cryptography;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;
using CnnService.Training;
using CnnService.Training.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Data;

/// <summary>What is stored comes back as it was, or not at all.</summary>
public sealed class ContentStoreTests : IAsyncDisposable
{
    private const int Piece = ContentWriter.PieceLength;

    private readonly ServiceApplication service = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ContentStore Contents => service.Services.GetRequiredService<ContentStore>();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Piece - 1)]
    [InlineData(Piece)]
    [InlineData(Piece + 1)]
    [InlineData(3 * Piece + 17)]
    public async Task Add_AnyLength_ComesBackWholeAndInParts(int length)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(length);
        ContentRow row = await AddAsync(bytes);

        Assert.Equal((length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (row.Length, row.Sha256));
        Assert.Equal(bytes, await Contents.ReadAsync(row.Key, Cancel));
        await using Stream stream = (await Contents.OpenAsync(row.Key, Cancel))!;
        stream.Position = length / 3;
        var rest = new MemoryStream();
        await stream.CopyToAsync(rest, Cancel);
        Assert.Equal(bytes[(length / 3)..], rest.ToArray());
        await using ServiceDb db = Open();
        Assert.True(await db.Pieces.Where(piece => piece.Content == row.Key).AllAsync(piece => piece.Bytes.Length <= Piece, Cancel));
    }

    [Theory]
    [InlineData("UPDATE Pieces SET Bytes = zeroblob(length(Bytes)) WHERE Number = 1")]
    [InlineData("UPDATE Pieces SET Bytes = substr(Bytes, 2) WHERE Number = 1")]
    [InlineData("UPDATE Pieces SET Bytes = Bytes || x'00' WHERE Number = 0")]
    [InlineData("DELETE FROM Pieces WHERE Number = 1")]
    [InlineData("UPDATE Contents SET Length = Length - 1")]
    [InlineData("UPDATE Contents SET Length = Length + 1")]
    [InlineData("UPDATE Contents SET Length = Length + 4294967296")]
    [InlineData("UPDATE Contents SET Length = -Length")]
    [InlineData("UPDATE Contents SET Sha256 = 'ff'")]
    public async Task Read_DamagedInAnyWay_IsNeverUsed(string damage)
    {
        ContentRow row = await AddAsync(RandomNumberGenerator.GetBytes(2 * Piece));
        await using ServiceDb db = Open();
        await db.Database.ExecuteSqlRawAsync(damage, Cancel);

        await Assert.ThrowsAsync<DamagedContentException>(() => Contents.ReadAsync(row.Key, Cancel));
        await Assert.ThrowsAsync<DamagedContentException>(() => Contents.OpenAsync(row.Key, Cancel));
        Assert.False(await Contents.IsIntactAsync(row.Key, Cancel));
        Assert.Empty(Contents.Held);
    }

    [Fact]
    public async Task Open_ContentThatIsGone_GivesNothing()
    {
        Assert.Null(await Contents.OpenAsync(4711, Cancel));
        Assert.Null(await Contents.ReadAsync(4711, Cancel));
        Assert.Empty(Contents.Held);
    }

    [Fact]
    public async Task Open_ContentThatNothingPointsTo_StaysUntilItIsRead()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(2 * Piece);
        ContentRow row = await AddAsync(bytes);
        var sweeper = service.Services.GetRequiredService<Sweeper>();
        await using (Stream stream = (await Contents.OpenAsync(row.Key, Cancel))!)
        {
            await RemovePointersAsync();
            sweeper.Wake();
            await AddAsync([1]); // waits for its turn behind the sweeper
            var read = new MemoryStream();
            await stream.CopyToAsync(read, Cancel);
            Assert.Equal(bytes, read.ToArray());
        }

        sweeper.Wake();
        await UntilAsync(async db => !await db.Contents.AnyAsync(content => content.Key == row.Key, Cancel));
        await using ServiceDb after = Open();
        Assert.False(await after.Pieces.AnyAsync(piece => piece.Content == row.Key, Cancel));
    }

    [Fact]
    public async Task Open_ContentThatTheSweeperHasBegunToRemove_GivesNothing()
    {
        const int pieces = 64; // some slices of the sweeper
        ContentRow row = await AddAsync(RandomNumberGenerator.GetBytes(pieces * Piece));
        await RemovePointersAsync();
        service.Services.GetRequiredService<Sweeper>().Wake();
        await UntilAsync(async db => await db.Pieces.CountAsync(piece => piece.Content == row.Key, Cancel) < pieces);

        Assert.Null(await Contents.OpenAsync(row.Key, Cancel));
        Assert.Null(await Contents.ReadAsync(row.Key, Cancel));
        Assert.Empty(Contents.Held);
        await UntilAsync(async db => !await db.Contents.AnyAsync(content => content.Key == row.Key, Cancel));
    }

    [Fact]
    public async Task PausedRun_ItsRows_HoldCheckpointsAndTheBestParameters()
    {
        var client = new RunClient(service.CreateClient());
        Run run = await client.SubmitAsync(RunClient.Endless);
        await client.UntilAsync(run.Id, RunState.Running);
        await client.DoAsync(run.Id, "pause");
        run = await client.UntilAsync(run.Id, RunState.Paused);

        await using ServiceDb db = Open();
        CheckpointRow checkpoint = await db.Checkpoints.AsNoTracking().OrderByDescending(row => row.Iteration).FirstAsync(Cancel);
        ParametersRow best = await db.Parameters.AsNoTracking().SingleAsync(Cancel);

        Assert.Equal((run.Iteration, 1), (checkpoint.Iteration, checkpoint.Attempt));
        Assert.Equal(run.Iteration, Checkpoint.Read(await Contents.ReadAsync(checkpoint.Content, Cancel)).Iteration);
        Assert.Equal((WhichParameters.Best, run.BestIteration), (best.Which, best.Iteration));
        byte[] model = (await Contents.ReadAsync(best.Content, Cancel))!;
        Assert.Equal(model, Model.Read(model).ToArray());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();

    private ServiceDb Open() => service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();

    // As the checkpoint of a run, since nothing else keeps a content.
    private Task<ContentRow> AddAsync(byte[] bytes) => service.Services.GetRequiredService<DatabaseWriter>().WriteAsync(async db =>
    {
        var run = new RunRow
        {
            Id = Guid.CreateVersion7(),
            Name = "a",
            State = RunState.Paused,
            Dataset = "a",
            DatasetSha256 = "a",
            Spec = "{}",
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync(Cancel);
        ContentRow content = await ContentStore.AddAsync(db, stream => stream.Write(bytes));
        db.Checkpoints.Add(new CheckpointRow { Run = run.Order, Iteration = 1, Attempt = 1, Content = content.Key });
        return content;
    }, Cancel);

    private Task<int> RemovePointersAsync() =>
        service.Services.GetRequiredService<DatabaseWriter>().WriteAsync(db => db.Checkpoints.ExecuteDeleteAsync(Cancel), Cancel);

    private async Task UntilAsync(Func<ServiceDb, Task<bool>> condition)
    {
        using CancellationTokenSource limit = HangGuard.Start();
        while (true)
        {
            await using ServiceDb db = Open();
            if (await condition(db)) return;
            await Task.Delay(10, limit.Token); // between two looks; no test judges by it
        }
    }
}
