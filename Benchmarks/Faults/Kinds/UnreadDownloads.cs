namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// Clients ask for the parameters of a large model and read nothing: they cost the service a bounded piece of memory each, and no answers.
/// </summary>
internal sealed class UnreadDownloads : Fault
{
    private const int Downloads = 40, Seconds = 4, Megabytes = 250;
    private const string Large = """
        "dataset":"shapes","epochs":1,"batchSize":400,"optimizer":{"type":"sgd"},
        "model":{"type":"three-layer-conv-net","filters":8,"filterSize":3,"hiddenUnits":2000}
        """;

    /// <inheritdoc/>
    public override string Name => "unread downloads";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync(new Launch { Threads = Environment.ProcessorCount });
        Submission large = await world.SubmitAsync(Large); // 16 MB of parameters
        await world.UntilEndedAsync(large);
        await world.Client.GetAsync($"/api/runs/{large.Id}/parameters");
        world.MarkLevel();
        int before = Footprint.Of(world.Service.Id)?.Megabytes ?? 0, most = before;
        var connections = new List<RawConnection?>();
        await using (var health = new HealthWatch(world))
        {
            string download = RawConnection.Request($"/api/runs/{large.Id}/parameters");
            for (int i = 0; i < Downloads; i++) connections.Add(await RawConnection.OpenAsync(world, download));
            world.Tally.Injected(Downloads);
            for (int i = 0; i < 10 * Seconds; i++)
            {
                most = Math.Max(most, Footprint.Of(world.Service.Id)?.Megabytes ?? 0);
                await Task.Delay(100);
            }
        }

        world.Tally.Check(most - before < Megabytes, $"{Downloads} downloads of 16 MB that nobody reads take {most - before} MB");
        foreach (RawConnection? connection in connections) connection?.Dispose();
    }
}
