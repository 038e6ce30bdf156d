namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>Uploads that break off in the middle: nothing stays of them.</summary>
internal sealed class BrokenUploads : Fault
{
    private const int Uploads = 40;

    /// <inheritdoc/>
    public override string Name => "broken uploads";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        await world.UploadAsync();
        world.MarkLevel();
        (_, _) = await world.SubmitAndWaitAsync(0.0, 0.2);
        await using var health = new HealthWatch(world);
        for (int i = 0; i < Uploads; i++)
        {
            using RawConnection? upload = await RawConnection.OpenAsync(world, RawConnection.HalfAnUpload(world.Random.Next(1, 2_000_000)));
            await Task.Delay(world.Random.Next(50));
            world.Tally.Injected();
        }
    }
}
