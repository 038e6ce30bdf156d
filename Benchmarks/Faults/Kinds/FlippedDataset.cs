namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// A bit of a dataset's file is flipped under a run that is to go on: it pauses and says why, and goes on when the file is as it was.
/// </summary>
internal sealed class FlippedDataset : Fault
{
    /// <inheritdoc/>
    public override string Name => "flipped bit in a dataset";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        (Submission run, _) = await world.SubmitAndWaitAsync();
        await world.Service.KillAsync();
        StoredByte flipped = StoredByte.InFile(world.DatasetFile, world.Random);
        world.Tally.Injected();
        (world.IsDamaged, world.MayPause) = (true, true);
        if (!await world.StartAsync()) return;

        await Damage.CheckRunAsync(world, run);
        await Damage.CheckPicturesAsync(world);
        await Damage.CheckModelAsync(world, world.Oracle.Runs[0]); // which needs no dataset
        flipped.FlipBack();
        world.IsDamaged = false;
    }
}
