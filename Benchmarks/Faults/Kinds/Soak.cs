namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// 200,000 predictions with 200 uploads and deletes in an hour, fewer in less: memory and descriptors stay level, and no answer changes.
/// </summary>
internal sealed class Soak : Fault
{
    private const int MostPredictions = 200_000, MostUploads = 200, Clients = 4;

    /// <inheritdoc/>
    public override string Name => "soak";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        int predictions = (int)(MostPredictions * Math.Max(0.02, world.Share)), uploads = (int)(MostUploads * Math.Max(0.02, world.Share));
        await world.StartAsync();
        await PredictAsync(world, 200);
        await UploadAsync(world, 1);
        world.MarkLevel();
        await using var health = new HealthWatch(world);
        Task uploading = UploadAsync(world, uploads);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => PredictAsync(world, predictions / Clients)));
        await uploading;
        world.Tally.Injected(predictions + uploads);
    }

    private static async Task PredictAsync(World world, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Expected model = world.Oracle.Runs[i % world.Oracle.Runs.Count];
            int picture = i / world.Oracle.Runs.Count % world.Oracle.Pictures.Count;
            Answer? answer = await world.PredictAsync(model.Id, world.Oracle.Pictures[picture]);
            world.Tally.Check(Oracle.PredictionOf(answer) == model.Predictions[picture], $"a prediction is another than before: {answer}");
        }
    }

    private static async Task UploadAsync(World world, int count)
    {
        for (int i = 0; i < count; i++)
        {
            (Upload upload, _) = await world.UploadAsync();
            if (upload.Known == Known.Accepted) await world.DeleteAsync(upload);
        }
    }
}
