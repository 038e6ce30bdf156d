namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// 1,000 connections that send their requests a byte at a time, or nothing: the service answers the others as if they were not there.
/// </summary>
internal sealed class SlowConnections : Fault
{
    private const int Most = 1000, Fewest = 300, Rounds = 6;

    /// <inheritdoc/>
    public override string Name => "slow connections";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        int count = Fewest + (int)((Most - Fewest) * world.Share);
        await world.StartAsync();
        await world.SubmitAndWaitAsync(0.0, 0.1);
        world.MarkLevel();
        var connections = new List<RawConnection?>();
        string request = RawConnection.Request("/healthz/live");
        await using (var health = new HealthWatch(world))
        {
            for (int i = 0; i < count; i++) connections.Add(await RawConnection.OpenAsync(world, i % 4 == 0 ? "" : request[..1]));
            world.Tally.Injected(count);
            world.Tally.Check(connections.All(connection => connection is not null), "connections are refused");
            for (int round = 1; round <= Rounds; round++)
            {
                for (int i = 0; i < count; i++)
                    if (i % 4 != 0 && connections[i] is { } connection) await connection.SendAsync(request[round..(round + 1)]);
                await Task.Delay(300);
            }
        }

        foreach (RawConnection? connection in connections) connection?.Dispose();
    }
}
