namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>The process is killed at the k-th call of a thread that writes or flushes a file, which may be while it starts.</summary>
internal sealed class KillAtStorageCall : Fault
{
    private const int Kills = 2;

    // Calls, and the largest k: flushes are fewer than writes.
    private static readonly (string Calls, int Most)[] Choices =
        [("fsync,fdatasync", 12), ("pwrite64", 60), ("pwrite64,fsync,fdatasync,ftruncate,rename,unlink", 60)];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <inheritdoc/>
    public override string Name => "kill at a storage call";

    /// <inheritdoc/>
    public override string? Missing => Tools.NoTrace;

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        for (int i = 0; i < Kills; i++)
        {
            (string calls, int most) = Choices[world.Random.Next(Choices.Length)];
            string injection = $"inject={calls}:signal=KILL:when={1 + world.Random.Next(most)}";
            string[] strace = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={calls}", "-e", injection];
            if (await world.StartAsync(new Launch { Wrapper = strace, MayEnd = true }))
            {
                await using var traffic = new Traffic(world);
                await world.SubmitAsync();
                await world.SubmitAsync();
                if (!await world.Service.EndsWithinAsync(Patience)) await world.Service.KillAsync(); // no thread came so far
            }

            world.Tally.Injected();
            if (!await world.StartAsync()) return;
        }
    }
}
