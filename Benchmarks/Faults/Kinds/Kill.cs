namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>kill -9 at random moments, with clients of several kinds at work.</summary>
internal sealed class Kill : Fault
{
    private const int Kills = 3;

    /// <inheritdoc/>
    public override string Name => "kill";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        await world.SubmitAsync();
        world.Follow(world.Ledger.Runs[0]);
        await using var traffic = new Traffic(world);
        for (int i = 0; i < Kills; i++)
        {
            Task<Submission> submitting = world.SubmitAsync(); // which may be cut off
            await Task.Delay(world.Random.Next(i == 0 ? 10 : 1200));
            await world.Service.KillAsync();
            world.Tally.Injected();
            await submitting;
            if (!await world.StartAsync()) return;
        }
    }
}
