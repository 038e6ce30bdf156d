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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => service.DisposeAsync();
}
