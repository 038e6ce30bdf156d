namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// The process stands still for some seconds, as under a debugger or in a suspended virtual machine; no client notices more than the wait.
/// </summary>
internal sealed class Stop : Fault
{
    /// <inheritdoc/>
    public override string Name => "stop for seconds";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        (_, Follower follower) = await world.SubmitAndWaitAsync();
        await using var traffic = new Traffic(world);
        await world.Service.SignalAsync("STOP");
        await Task.Delay(world.Random.Next(1500, 4000));
        await world.Service.SignalAsync("CONT");
        world.Tally.Injected();
        await follower.UntilEndAsync();
        world.Tally.Check(follower.Breaks == 0, "a stream broke while the process stood still");
    }
}
