using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Training.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Runs;

/// <summary>A flipped bit in what a run has stored never becomes a number that a client sees.</summary>
public sealed class DamageTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private const string Steps = """ "batchSize":10,"seed":3 """;

    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Checkpoint_ThatIsDamaged_IsLeftAndTheRunEndsWithTheSameBits(int damaged)
    {
        Run whole, run;
        do
        {
            (whole, run) = await client.PauseInItsMidstAsync(epochs => RunClient.Small(epochs, Steps), epochs: 20);
            await client.DoAsync(run.Id, "resume");
            await client.UntilNextIterationAsync(run.Id);
            await client.DoAsync(run.Id, "pause"); // leaves another checkpoint
        }
        while (await client.UntilStoppedAsync(run.Id) is not { State: RunState.Paused });

        Assert.Equal(damaged, await DamageCheckpointsAsync(run.Id, damaged));
        await client.DoAsync(run.Id, "resume");
        Run end = await client.UntilStoppedAsync(run.Id); // a run that gives up pauses, and its stream of events goes on

        Assert.Equal((RunState.Completed, null), (end.State, end.Failure));
        Assert.Equal(whole.ParametersSha256, end.ParametersSha256);
        IReadOnlyList<RunEvent> events = (await client.EventsAsync(run.Id)).Items;
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.Equal(end.TotalIterations, events.Count(e => e.Type == EventType.Iteration));
    }

    [Fact]
    public async Task Parameters_ThatAreDamaged_AnswerAProblemAndNeverNumbers()
    {
        Run run = await client.SubmitAsync(RunClient.Small(1, """ "seed":77 """));
        await client.UntilAsync(run.Id, RunState.Completed);
        await using (ServiceDb db = Open())
        {
            long best = await db.Parameters
                .Where(row => row.Run == db.Runs.Single(r => r.Id == run.Id).Order && row.Which == WhichParameters.Best)
                .Select(row => row.Content).SingleAsync(Cancel);
            await FlipAsync(db, best);
        }

        byte[] picture = await client.Http.GetByteArrayAsync($"/api/datasets/{ShapesDataset.Name}/images/0.png", Cancel);
        using var body = new ByteArrayContent(picture) { Headers = { ContentType = new("image/png") } };
        HttpResponseMessage[] answers =
        [
            await client.Http.PostAsync($"/api/runs/{run.Id}/predict", body, Cancel),
            await client.Http.GetAsync($"/api/runs/{run.Id}/parameters", Cancel),
            await client.Http.GetAsync($"/api/runs/{run.Id}/filters.png", Cancel),
            await client.Http.GetAsync($"/api/runs/{run.Id}/confusion", Cancel),
        ];

        foreach (HttpResponseMessage answer in answers)
        {
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            JsonElement problem = await RunClient.ReadAsync<JsonElement>(answer);
            Assert.Contains("damaged", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Null(answer.Headers.ETag);
        }
    }

    private ServiceDb Open() => service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();

    // The newest ones; how many there were.
    private async Task<int> DamageCheckpointsAsync(Guid id, int count)
    {
        await using ServiceDb db = Open();
        long[] contents = await db.Checkpoints.Where(row => row.Run == db.Runs.Single(r => r.Id == id).Order)
            .OrderByDescending(row => row.Iteration).Take(count).Select(row => row.Content).ToArrayAsync(Cancel);
        foreach (long content in contents) await FlipAsync(db, content);
        return contents.Length;
    }

    private static async Task FlipAsync(ServiceDb db, long content)
    {
        PieceRow piece = await db.Pieces.AsNoTracking().SingleAsync(row => row.Content == content, Cancel);
        piece.Bytes[^100] ^= 0x10;
        await db.Pieces.Where(row => row.Content == content).ExecuteUpdateAsync(row => row.SetProperty(r => r.Bytes, piece.Bytes), Cancel);
    }
}
