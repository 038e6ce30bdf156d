using System.Diagnostics;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>
/// For some seconds every write, flush or read of a file fails with EIO: requests get a 503, and the run goes on afterwards or waits for a
/// resume.
/// </summary>
internal sealed class StorageErrors : Fault
{
    private static readonly string[] Calls = ["pwrite64", "fsync,fdatasync", "pread64"];

    /// <inheritdoc/>
    public override string Name => "I/O errors";

    /// <inheritdoc/>
    public override string? Missing => Tools.NoTrace;

    /// <inheritdoc/>
    public override async Task InjectAsync(World world)
    {
        await world.StartAsync();
        await world.SubmitAndWaitAsync(0.1, 0.3);
        string calls = Calls[world.Random.Next(Calls.Length)];
        string[] injection = ["-e", $"trace={calls}", "-e", $"inject={calls}:error=EIO"];
        world.MayPause = true;
        using (Process tracer = Tools.Start("strace", ["-f", "-qq", "-o", "/dev/null", .. injection, "-p", $"{world.Service.Id}"]))
        {
            await using var traffic = new Traffic(world);
            for (int i = 0; i < 4; i++)
            {
                await Task.Delay(500);
                await world.SubmitAsync();
            }

            await Tools.RunAsync("kill", "-TERM", $"{tracer.Id}");
            await tracer.WaitForExitAsync();
        }

        world.Tally.Injected();
    }
}
