using Microsoft.Data.Sqlite;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// Another connection holds the database's write lock for seconds: those who write get a 503 with Retry-After before long, those who read
/// and those who ask for health notice nothing, and the run goes on.
/// </summary>
internal sealed class LockedDatabase : Fault
{
    private const int LockSeconds = 20, WriteSeconds = 18; // the service waits for 5, and a loaded machine takes its time
    private const int ReadMilliseconds = 1000;

    /// <inheritdoc/>
    public override string Name => "locked database";

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        await world.SubmitAndWaitAsync(0.1, 0.3);
        await using (SqliteConnection connection = Stored.Open(world.Database))
        await using (var health = new HealthWatch(world))
        {
            await using SqliteTransaction holding = connection.BeginTransaction(deferred: false);
            world.Tally.Injected();
            Task release = Task.Delay(TimeSpan.FromSeconds(LockSeconds));
            Task[] writing = [SubmitAsync(world), UploadAsync(world)];
            for (int i = 0; i < 10; i++)
            {
                await ReadAsync(world);
                await Task.Delay(100);
            }

            await Task.WhenAny(Task.WhenAll(writing), release);
            await release;
            await holding.RollbackAsync();
            await Task.WhenAll(writing);
        }
    }

    private static async Task SubmitAsync(World world)
    {
        Submission run = world.Ledger.Submit(world.Oracle.Runs[0].Spec);
        CheckRefusal(world, await world.AskAsync(run), "a run");
    }

    private static async Task UploadAsync(World world) => CheckRefusal(world, (await world.UploadAsync()).Answer, "an upload");

    private static void CheckRefusal(World world, Answer? answer, string what) => world.Tally.Check(
        answer is { Status: 503, RetryAfter: not null, Milliseconds: < 1000 * WriteSeconds },
        $"{what} sent to a locked database has this answer after {answer?.Milliseconds / 1000:F1} s: {answer?.Status}");

    private static async Task ReadAsync(World world)
    {
        Answer? answer = await world.Client.GetAsync("/api/runs?limit=5");
        world.Tally.Check(
            answer is { Status: 200, Milliseconds: < ReadMilliseconds },
            $"a list read from a locked database takes {answer?.Milliseconds:F0} ms: {answer?.Status}");
    }
}
