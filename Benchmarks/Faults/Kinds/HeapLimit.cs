using System.Text.Json;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// The heap is limited: what does not fit is refused or fails by itself, and the service goes on. A run that is too large fails as out-of-
/// memory.
/// </summary>
internal sealed class HeapLimit : Fault
{
    private const int Megabytes = 160;

    // 66 MB of weights, three times over with Adam.
    private const string TooLarge = """
        "dataset":"shapes","epochs":1,"model":{"type":"three-layer-conv-net","filters":32,"hiddenUnits":2000}
        """;

    /// <inheritdoc/>
    public override string Name => "heap limit";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        var limit = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"{Megabytes << 20:x}" };
        await world.StartAsync(new Launch { Environment = limit });
        world.Tally.Injected();
        await using (var traffic = new Traffic(world))
        {
            await world.SubmitAsync();
            Submission large = await world.SubmitAsync(TooLarge);
            if (await world.UntilEndedAsync(large) is { } ended)
            {
                bool hasFailed = ended.TryGetProperty("failure", out JsonElement failure);
                string? text = (hasFailed ? failure.GetProperty("code") : ended.GetProperty("state")).GetString();
                world.Tally.Check(text is "out-of-memory" or "completed", $"a run that does not fit into memory is {text}");
            }
        }

        await world.SubmitAsync();
    }
}
