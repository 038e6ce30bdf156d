namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// Runs with thousands of events and datasets are deleted, while a run trains and others ask: they are gone, and nobody waits for it.
/// </summary>
internal sealed class Deletes : Fault
{
    private const int Runs = 3, Uploads = 4;

    /// <inheritdoc/>
    public override string Name => "deletes";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync(new Launch { Threads = 1 });
        var runs = new List<Submission>();
        for (int i = 0; i < Runs; i++) runs.Add(await world.SubmitAsync(world.Oracle.Runs[0].Spec)); // the one with most events
        var uploads = new List<Upload>();
        for (int i = 0; i < Uploads; i++) uploads.Add((await world.UploadAsync()).Upload);
        foreach (Submission run in runs) await world.UntilEndedAsync(run);
        await world.SubmitAsync();
        world.MarkLevel();
        await using var health = new HealthWatch(world);
        foreach (Submission run in runs.Where(run => run.Known == Known.Accepted)) await world.DeleteAsync(run);
        foreach (Upload upload in uploads.Where(upload => upload.Known == Known.Accepted)) await world.DeleteAsync(upload);
        world.Tally.Injected(Runs + Uploads);
        await Task.Delay(500);
    }
}
