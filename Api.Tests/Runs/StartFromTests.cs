using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;

namespace CnnService.Api.Tests.Runs;

/// <summary>A run starts from the model of another one.</summary>
public sealed class StartFromTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly RunClient client = new(service.CreateClient());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_FromAnother_BeginsWithWhatThatHasLearned()
    {
        Run first = await TrainAsync(RunClient.Small(3)), second = await TrainAsync(RunClient.Small(1, From(first.Id)));

        Assert.Equal(first.ParametersSha256, second.Spec.StartFrom!.Sha256);
        RunEvent begun = (await client.EventsAsync(second.Id)).Items.First(item => item.Type == EventType.Iteration);
        Assert.InRange(begun.Loss!.Value, 0, 2); // ln(10) = 2.3 without
    }

    [Fact]
    public async Task Run_WithFrozenLayers_KeepsThem()
    {
        Run first = await TrainAsync(RunClient.Small(1)), second = await TrainAsync(RunClient.Small(1, From(first.Id, ""","which":"last","freeze":3""")));

        Assert.Contains("\"frozen\":true", JsonSerializer.Serialize(second.Spec, ApiJson.Options), StringComparison.Ordinal);
        Assert.Equal(await WeightsAsync(first.Id, "last"), await WeightsAsync(second.Id, "last"));
        Assert.NotEqual(await client.Http.GetByteArrayAsync($"/api/runs/{first.Id}/parameters?which=last", Cancel), await client.Http.GetByteArrayAsync($"/api/runs/{second.Id}/parameters?which=last", Cancel));
    }

    [Fact]
    public async Task Run_WhoseStartIsDeletedMeanwhile_TrainsTheSame()
    {
        Run first = await TrainAsync(RunClient.Small(1)), expected = await TrainAsync(RunClient.Small(2, From(first.Id)));
        Run blocking = await client.SubmitAsync(RunClient.Endless), waiting = await client.SubmitAsync(RunClient.Small(2, From(first.Id)));
        await client.UntilAsync(blocking.Id, RunState.Running);
        (await client.Http.DeleteAsync($"/api/runs/{first.Id}", Cancel)).EnsureSuccessStatusCode();

        await client.DoAsync(blocking.Id, "cancel");
        Run run = await client.UntilAsync(waiting.Id, RunState.Completed);

        Assert.Equal(expected.ParametersSha256, run.ParametersSha256);
    }

    [Fact]
    public async Task Submit_WhatCannotBeStartedFrom_IsRefusedWithTheReason()
    {
        Run first = await TrainAsync(RunClient.Small(1)), paused = await client.SubmitAsync(RunClient.Endless);
        await client.DoAsync(paused.Id, "cancel");
        foreach ((string from, string field, string says) in ((string, string, string)[])[
            (From(Guid.Empty), "startFrom.run", "not found"),
            (""" "startFrom":{"run":"yesterday's"}""", "startFrom.run", "not the id of a run"),
            (From(first.Id, ""","freeze":6"""), "startFrom.freeze", "the network has 6 layers"),
            (From(first.Id, ""","sha256":"00" """), "startFrom.sha256", "leave it out"),
            (From(first.Id, ""","which":"first" """), "startFrom.which", "give one of best, last"),
            (""" "startFrom":{}""", "startFrom.run", "missing")])
            Assert.Contains(says, await client.PostAsync(RunClient.Small(1, from)).ProblemAsync(400, field), StringComparison.Ordinal);

        string other = $$"""{"dataset":"shapes","model":{"type":"layers","layers":[{"type":"affine","units":7},{"type":"affine"}]},{{From(first.Id)}}}""";
        Assert.Contains("no parameter of run", await client.PostAsync(other).ProblemAsync(400, "startFrom.run"), StringComparison.Ordinal);
    }

    private static string From(Guid run, string more = "") => $$""" "startFrom":{"run":"{{run}}"{{more}}}""";

    private async Task<Run> TrainAsync(string spec) => await client.UntilAsync((await client.SubmitAsync(spec)).Id, RunState.Completed);

    // The convolution's, which come first in the file's data.
    private async Task<byte[]> WeightsAsync(Guid run, string which)
    {
        byte[] file = await client.Http.GetByteArrayAsync($"/api/runs/{run}/parameters?which={which}", Cancel);
        int header = (int)BitConverter.ToInt64(file) + 8;
        return file[header..(header + 2 * 3 * 9 * sizeof(float))];
    }
}
