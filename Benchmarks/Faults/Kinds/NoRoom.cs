using System.Text.Json;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// Files cannot grow for some seconds: the run says so at once and goes on by itself when there is room, the service is not ready
/// meanwhile, and what it cannot take it refuses.
/// </summary>
internal abstract class NoRoom : Fault
{
    private const int Patience = 15_000; // ms

    /// <summary>Takes the room away.</summary>
    protected abstract Task FillAsync(World world);

    /// <summary>Gives it back.</summary>
    protected abstract Task FreeAsync(World world);

    /// <summary>The way in which the service is started.</summary>
    protected virtual Launch? Launch => null;

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync(Launch);
        (Submission run, _) = await world.SubmitAndWaitAsync(0.05, 0.15);
        await FillAsync(world);
        world.Tally.Injected();
        await CheckSignsAsync(world, run);
        await world.SubmitAsync();
        await world.UploadAsync();
        world.Tally.Check(
            await world.Client.GetAsync("/healthz/live") is { Status: 200 },
            "a service without room for its data is not alive");
        Answer? list = await world.Client.GetAsync("/api/runs");
        world.Tally.Check(list is { Status: 200 }, $"a list read without room answers {list}");
        await FreeAsync(world);
    }

    private static async Task CheckSignsAsync(World world, Submission run)
    {
        bool isUnready = false;
        string? code = null;
        for (long start = Environment.TickCount64; !(isUnready && code is not null); await Task.Delay(200))
        {
            if (Environment.TickCount64 - start > Patience) break;
            if (await world.Client.GetAsync("/healthz/ready") is { Status: 503 }) isUnready = true;
            if (await world.LookAsync(run) is not JsonElement seen) continue;
            if (seen.GetProperty("state").GetString() == "completed") return; // it fitted in
            if (seen.TryGetProperty("failure", out JsonElement failure)) code = failure.GetProperty("code").GetString();
        }

        world.Tally.Check(code == "storage", $"a run without room for its progress shows the failure {code ?? "none"}");
        world.Tally.Check(isUnready, "a service without room for its data is ready");
    }
}
