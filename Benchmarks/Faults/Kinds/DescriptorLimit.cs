namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>The process may open few files: more clients than that wait or are turned away, and when they leave all is as before.</summary>
internal sealed class DescriptorLimit : Fault
{
    private const int Limit = 640, Connections = 500; // about 320 descriptors are open in a service without clients
    private static readonly TimeSpan Shortage = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override string Name => "descriptor limit";

    /// <inheritdoc/>
    public override string? Missing => Tools.NoLimits;

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync(new Launch { Wrapper = ["prlimit", $"--nofile={Limit}:{Limit}"] });
        await world.SubmitAndWaitAsync(0.1, 0.3);
        world.MarkLevel();
        world.MayPause = true; // for want of a descriptor for the database
        var connections = new List<RawConnection?>();
        for (int i = 0; i < Connections; i++) connections.Add(await RawConnection.OpenAsync(world, RawConnection.Request("/api/runs")));
        world.Tally.Injected();
        await Task.Delay(Shortage);
        foreach (RawConnection? connection in connections) connection?.Dispose();
        Answer? live = null;
        for (int i = 0; i < 20 && live is not { Status: 200 }; i++)
        {
            await Task.Delay(200);
            live = await world.Client.GetAsync("/healthz/live");
        }

        world.Tally.Check(live is { Status: 200 }, $"after the shortage of descriptors health answers {live}");
    }
}
