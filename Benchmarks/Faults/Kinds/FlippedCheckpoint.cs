using Microsoft.Data.Sqlite;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// A bit of a checkpoint is flipped: the run either comes out as it has to, from an earlier point, or says that its storage is damaged.
/// </summary>
internal sealed class FlippedCheckpoint : Fault
{

    /// <inheritdoc/>
    public override string Name => "flipped bit in a checkpoint";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync(new Launch { Threads = 1 });
        Submission run = await world.SubmitAsync(world.Oracle.Runs[0].Spec); // the longest
        await UntilCheckpointAsync(world, run);
        await world.Service.KillAsync();
        StoredByte? flipped = StoredByte.InDatabase(world.Database, "Checkpoints", "1", world.Random);
        if (flipped is null) return; // the run was quicker than its first checkpoint
        world.Tally.Injected();
        (world.IsDamaged, world.MayPause) = (true, true);
        if (!await world.StartAsync()) return;

        await Damage.CheckRunAsync(world, run);
        if (await world.LookAsync(run) is not { } seen || seen.GetProperty("state").GetString() == "completed") return;
        await world.Service.TerminateAsync();
        flipped.FlipBack();
        world.IsDamaged = false;
    }

    private static async Task UntilCheckpointAsync(World world, Submission run)
    {
        await using SqliteConnection connection = Stored.Open(world.Database);
        while (Stored.Read(connection, "SELECT Iteration FROM Checkpoints").Count == 0)
        {
            if (await world.LookAsync(run) is { } seen && seen.GetProperty("state").GetString() is "completed" or "failed") return;
            await Task.Delay(20);
        }
    }
}
