using System.Net;

namespace CnnService.Api.Tests.Runs;

/// <summary>What cannot be trained to its end is refused before it is accepted.</summary>
public sealed class RunChecksTests : IAsyncDisposable
{
    private readonly ServiceApplication service = new() { Settings = { ["Training:MemoryLimitMegabytes"] = "1000000" } };

    [Fact]
    public async Task Submit_RunWhoseCheckpointNoArrayHolds_IsRefusedWithItsSize()
    {
        const string spec = """{"dataset":"shapes","model":{"type":"three-layer-conv-net","filters":512,"hiddenUnits":2000}}""";

        HttpResponseMessage response = await new RunClient(service.CreateClient()).PostAsync(spec);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        string problem = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Matches("model: a checkpoint of the run would have 4[0-9]{3} MB, and 2147 MB is the most", problem);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();
}
