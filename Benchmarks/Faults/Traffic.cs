namespace CnnService.Benchmarks.Faults;

/// <summary>
/// The requests that clients send all the time: they predict, look at lists, upload and delete datasets. Answers are judged; connections
/// that break are the fault's doing.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly World world;
    private readonly Task going;

    /// <summary>Begins.</summary>
    public Traffic(World world)
    {
        this.world = world;
        going = Task.WhenAll(RepeatAsync(40, PredictAsync), RepeatAsync(150, ListAsync), RepeatAsync(300, UploadAsync));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await going;
        ending.Dispose();
    }

    private async Task RepeatAsync(int pause, Func<Task> work)
    {
        for (int i = 0; !ending.IsCancellationRequested; i++)
        {
            await work();
            await Task.Delay(pause, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PredictAsync()
    {
        int picture = Random.Shared.Next(world.Oracle.Pictures.Count);
        Expected model = world.Oracle.Runs[Random.Shared.Next(world.Oracle.Runs.Count)];
        Answer? answer = await world.PredictAsync(model.Id, world.Oracle.Pictures[picture]);
        if (answer is null || answer.Status >= 500) return; // judged by the client
        world.Tally.Check(Oracle.PredictionOf(answer) == model.Predictions[picture], $"a prediction is another than before: {answer}");
    }

    private async Task ListAsync()
    {
        Answer? answer = await world.Client.GetAsync("/api/runs");
        world.Tally.Check(answer is null or { Status: 200 or >= 500 }, $"a list of runs answers {answer}");
    }

    private async Task UploadAsync()
    {
        (Upload upload, _) = await world.UploadAsync();
        if (upload.Known == Known.Accepted && Random.Shared.Next(2) == 0) await world.DeleteAsync(upload);
    }
}
