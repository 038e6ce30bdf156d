using CnnService.Api.Data;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Runs;

/// <summary>A run acts on a request between two iterations, and not at its next write, before which it may have ended.</summary>
public sealed class AskedRunsTests
{
    [Theory]
    [InlineData("cancel", RunState.Cancelled)]
    [InlineData("pause", RunState.Paused)]
    public async Task Request_OfARunThatHasNothingToWriteYet_IsActedOn(string verb, RunState state)
    {
        await using var application = new ServiceApplication();
        await using var service = application.WithWebHostBuilder(builder => builder.ConfigureTestServices(services =>
            services.AddSingleton<TimeProvider>(new StoppedClock())));
        var client = new RunClient(service.CreateClient());
        Run run = await client.SubmitAsync(RunClient.Endless);
        await client.UntilAsync(run.Id, RunState.Running);

        await client.DoAsync(run.Id, verb);

        run = await client.UntilAsync(run.Id, state);
        Assert.True(run.Iteration > 0);
    }

    // Time between two writes never passes on it.
    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
