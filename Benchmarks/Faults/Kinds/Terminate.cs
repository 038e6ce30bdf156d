using System.Globalization;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// SIGTERM with clients of every kind connected: the service ends soon, with 0, and with a checkpoint of the last iteration that it has
/// told.
/// </summary>
internal sealed class Terminate : Fault
{
    private const int Each = 3; // clients of each kind
    private const int MostSeconds = 4; // 2 are aimed at; the rest is for a machine that has other work

    /// <inheritdoc/>
    public override string Name => "SIGTERM with clients";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        // No checkpoint but the last one.
        await world.StartAsync(new Launch { CheckpointSeconds = 3600 });
        (Submission run, _) = await world.SubmitAndWaitAsync(0.05, 0.2);
        var raw = new List<RawConnection?>();
        var hubs = new List<HubFollower?>();
        for (int i = 0; i < Each; i++)
        {
            world.Follow(run);
            hubs.Add(await HubFollower.StartAsync(world, run));
            raw.Add(await RawConnection.OpenAsync(world));
            raw.Add(await RawConnection.OpenAsync(world, "GET / HT"));
            raw.Add(await RawConnection.OpenAsync(world, RawConnection.HalfAnUpload()));
            raw.Add(await RawConnection.OpenAsync(world, RawConnection.Events(run)));
            string download = RawConnection.Request($"/api/runs/{world.Oracle.Runs[1].Id}/parameters");
            download = string.Concat(Enumerable.Repeat(download, 40)); // more than the buffers of a connection hold
            raw.Add(await RawConnection.OpenAsync(world, download));
        }

        TimeSpan? taken = await world.Service.TerminateAsync();
        world.Tally.Injected();
        string seconds = taken?.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) ?? $"over {World.HangSeconds}";
        world.Tally.Check(taken is not null, Wrong.Hang, "SIGTERM with clients does not end the service");
        world.Tally.Check(taken?.TotalSeconds < MostSeconds, $"SIGTERM with clients takes {seconds} s");
        world.Tally.Check(
            world.Service.ExitCode == 0,
            $"SIGTERM with clients exits with {world.Service.ExitCode}: {world.Service.LastLines}");
        CheckLastCheckpoint(world);
        foreach (RawConnection? connection in raw) connection?.Dispose();
        foreach (HubFollower? hub in hubs.Where(hub => hub is not null)) await hub!.DisposeAsync();
    }

    private static void CheckLastCheckpoint(World world)
    {
        using var connection = Stored.Open(world.Database);
        const string Sql = """
            SELECT (SELECT MAX(Iteration) FROM Events WHERE Run = "Order"), (SELECT MAX(Iteration) FROM Checkpoints WHERE Run = "Order")
            FROM Runs WHERE State = 'Running'
            """;
        foreach (object?[] row in Stored.Read(connection, Sql))
            world.Tally.Check(
                Equals(row[0], row[1]),
                $"after SIGTERM the checkpoint is that of iteration {(row[1] is long at ? at : "none")}, and {row[0]} was told");
    }
}
