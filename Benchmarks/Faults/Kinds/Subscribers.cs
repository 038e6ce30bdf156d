namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// 200 subscribers to one run, by server-sent events and through the hub, of whom some never read: the others get every event once.
/// </summary>
internal sealed class Subscribers : Fault
{
    private const int Most = 200, Fewest = 60;

    /// <inheritdoc/>
    public override string Name => "subscribers";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        int count = Fewest + (int)((Most - Fewest) * world.Share);
        await world.StartAsync(new Launch { Threads = 1 });
        Submission run = await world.SubmitAsync(world.Oracle.Runs[1].Spec);
        world.MarkLevel();
        var deaf = new List<RawConnection?>();
        var hubs = new List<HubFollower?>();
        await using (var health = new HealthWatch(world))
        {
            for (int i = 0; i < count; i++)
            {
                if (i % 5 == 0) deaf.Add(await RawConnection.OpenAsync(world, RawConnection.Events(run)));
                else if (i % 5 == 1) hubs.Add(await HubFollower.StartAsync(world, run));
                else world.Follow(run);
                world.Tally.Injected();
            }

            await world.UntilEndedAsync(run);
        }

        long events = world.Oracle.Runs.First(known => known.Spec == run.Spec).Events.Count;
        foreach (HubFollower? hub in hubs)
        {
            if (!world.Tally.Check(hub is not null, "the hub takes no connection")) continue;
            bool once = await hub!.UntilEndAsync();
            world.Tally.Check(
                once && hub.Sequences.Count == events,
                Wrong.Lost,
                $"the hub has told {hub.Sequences.Count} of {events} events, {(once ? "each once" : "not each once")}");
            await hub.DisposeAsync();
        }

        foreach (RawConnection? connection in deaf) connection?.Dispose();
        world.Tally.Check(world.Followers.Sum(follower => follower.Breaks) == 0, "streams broke");
    }
}
