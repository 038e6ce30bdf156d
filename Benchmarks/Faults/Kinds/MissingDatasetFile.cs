namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>A dataset's file is away under a run that is to go on: it pauses and says why, and goes on when the file is back.</summary>
internal sealed class MissingDatasetFile : Fault
{
    /// <inheritdoc/>
    public override string Name => "missing dataset file";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        (Submission run, _) = await world.SubmitAndWaitAsync();
        await world.Service.KillAsync();
        string away = Path.Combine(world.Data, "away");
        File.Move(world.DatasetFile, away);
        world.Tally.Injected();
        (world.IsDamaged, world.MayPause) = (true, true);
        if (!await world.StartAsync()) return;

        await Damage.CheckRunAsync(world, run);
        await Damage.CheckPicturesAsync(world);
        await Damage.CheckModelAsync(world, world.Oracle.Runs[0], isDamaged: false);
        File.Move(away, world.DatasetFile, overwrite: true);
        world.IsDamaged = false;
    }
}
