using System.Net;
using System.Security.Cryptography;
using CnnService.Api.Data;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;

namespace CnnService.Api.Tests.Models;

/// <summary>Clients that ask for a large model and do not read it do not each hold it in the service's memory.</summary>
public sealed class UnreadParametersTests : IDisposable
{
    private const int Clients = 20;

    // 16 MB of parameters, of which a connection's buffers hold little.
    private const string Large = """
        {"dataset":"shapes","epochs":1,"batchSize":3000,
        "model":{"type":"three-layer-conv-net","filters":1,"filterSize":1,"hiddenUnits":16000}}
        """;

    // A heap of 160 MB: room for the service, and for less than half of what its clients ask for.
    private static readonly string[] Launcher = ["env", "DOTNET_GCHeapHardLimit=0xA000000"];

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parameters_OfMoreClientsThanTheMemoryHoldsCopies_AreSentToEach()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no env.");
        Run run = await TrainAsync();
        await using ServiceProcess service = await ServiceProcess.StartUnderAsync(Launcher, folder.Path);
        string path = $"/api/runs/{run.Id}/parameters";
        var unread = new List<HttpResponseMessage>();
        try
        {
            for (int i = 0; i < Clients; i++)
            {
                unread.Add(await service.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancel));
                Assert.Equal(HttpStatusCode.OK, unread[^1].StatusCode);
            }

            byte[] read = await service.Client.GetByteArrayAsync(path, Cancel);
            Assert.Equal(run.ParametersSha256, Convert.ToHexStringLower(SHA256.HashData(read)));
            Assert.False(service.Process.HasExited, service.Errors);
        }
        finally
        {
            unread.ForEach(response => response.Dispose());
        }
    }

    public void Dispose() => folder.Dispose();

    private async Task<Run> TrainAsync()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        var client = new RunClient(service.Client);
        Run run = await client.SubmitAsync(Large);
        run = await client.UntilAsync(run.Id, RunState.Completed);
        await service.TerminateAsync();
        return run;
    }
}
