namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>The clock jumps forward by a day and back by two, while a run goes on.</summary>
internal sealed class ClockJumps : Fault
{
    /// <inheritdoc/>
    public override string Name => "clock jumps";

    /// <inheritdoc/>
    public override string? Missing => Tools.FakeTimeLibrary is null ? "libfaketime" : null;

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        string offset = Path.Combine(world.Data, "offset");
        await File.WriteAllTextAsync(offset, "+0");
        await world.StartAsync(new Launch
        {
            Environment = new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = Tools.FakeTimeLibrary!,
                ["FAKETIME_TIMESTAMP_FILE"] = offset,
                ["FAKETIME_CACHE_DURATION"] = "1", // seconds after which it reads the file again
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                ["DONT_FAKE_MONOTONIC"] = "1",
            },
        });
        (_, Follower follower) = await world.SubmitAndWaitAsync(0.05, 0.1);
        await using var traffic = new Traffic(world);
        foreach (string jump in (string[])["+86400", "-86400"])
        {
            await File.WriteAllTextAsync(offset, jump);
            world.Tally.Injected();
            await Task.Delay(world.Random.Next(1100, 1500));
            await world.SubmitAsync();
        }

        await follower.UntilEndAsync();
        world.Tally.Check(follower.Breaks == 0, "a stream broke when the clock jumped");
    }
}
