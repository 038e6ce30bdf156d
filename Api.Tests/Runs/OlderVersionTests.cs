using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Runs;

/// <summary>A run that another version has accepted goes on as it was begun, or says that it cannot.</summary>
public sealed class OlderVersionTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AcceptedWithAnotherNumberOfIterations_FailsAndSaysWhy()
    {
        Run first = await client.SubmitAsync(RunClient.Endless), waiting = await client.SubmitAsync(RunClient.Small());
        await client.UntilAsync(first.Id, RunState.Running);
        await using ServiceDb db = await service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContextAsync(Cancel);
        await db.Runs.Where(run => run.Id == waiting.Id).ExecuteUpdateAsync(run => run.SetProperty(row => row.TotalIterations, 37), Cancel);
        await client.DoAsync(first.Id, "cancel");

        Run failed = await client.UntilAsync(waiting.Id, RunState.Failed);

        Assert.Equal("incompatible-numerics", failed.Failure!.Code);
        Assert.Contains("made 37 iterations of it, and this one makes 36; start it anew", failed.Failure.Message, StringComparison.Ordinal);
    }
}
