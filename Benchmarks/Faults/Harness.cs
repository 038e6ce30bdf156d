using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CnnService.Benchmarks.Faults;

/// <summary>
/// Injects faults of every kind into the real service, round after round until the time is over, and compares what the service then has
/// with what it acknowledged and with runs that nothing disturbed. Every kind is injected once at least. The seed chooses places and
/// moments; as the moments are those of several processes, the same seed repeats the same fault, but not to the microsecond.
/// </summary>
internal static class Harness
{
    private const double FullMinutes = 60; // in which heavy faults have their full size
    private const int Interrupted = 130;

    /// <summary>
    /// Runs it: 0 if nothing went wrong, 1 if something did, 2 for arguments that are not understood or an undisturbed run that failed.
    /// </summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (!TryParse(arguments, out double minutes, out int seed, out string? only)) return Usage();
        IEnumerable<Fault> chosen = Fault.All.Where(fault => only is null || fault.Name == only);
        chosen = chosen.OrderBy(fault => fault.Missing is not null);
        (Fault Fault, Tally Tally)[] rows = [.. chosen.Select(fault => (fault, new Tally(fault.Name)))];
        if (rows.Length == 0) return Usage();
        using var disk = new Disk();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => CleanUp(disk));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => CleanUp(disk));
        var clock = Stopwatch.StartNew();
        foreach ((Fault fault, _) in rows.Where(row => row.Fault.Missing is not null))
            Console.WriteLine($"{fault.Name}: not possible here, it needs {fault.Missing}");
        var undisturbed = new Tally("undisturbed");
        Oracle oracle = await Oracle.PrepareAsync(disk.Folder, undisturbed);
        Say(clock, $"undisturbed runs: {string.Join(", ", oracle.Runs.Select(run => $"{run.Events.Count} events"))}");
        if (undisturbed.Failures > 0) return 2;
        double share = Math.Min(1, minutes / FullMinutes);
        for (int round = 0; round == 0 || clock.Elapsed.TotalMinutes < minutes; round++)
        {
            foreach ((Fault fault, Tally tally) in rows.Where(row => row.Fault.Missing is null))
            {
                if (round > 0 && clock.Elapsed.TotalMinutes >= minutes) break;
                await InjectAsync(disk, oracle, fault, tally, seed + round, share);
                Say(clock, $"{fault.Name}: {(tally.Failures == 0 ? "nothing wrong" : $"{tally.Failures} wrong")}");
            }
        }

        Console.WriteLine();
        Tally.Print(rows);
        Console.WriteLine($"seed {seed}, {clock.Elapsed.TotalMinutes.ToString("F1", CultureInfo.InvariantCulture)} minutes");
        return rows.Any(row => row.Tally.Failures > 0) ? 1 : 0;
    }

    private static async Task InjectAsync(Disk disk, Oracle oracle, Fault fault, Tally tally, int seed, double share)
    {
        tally.Begin(seed);
        string data = disk.Create(fault.DiskMegabytes);
        try
        {
            await using var world = World.Copied(data, oracle, tally, seed, share);
            await fault.InjectAsync(world);
            await Checks.AfterAsync(world);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            tally.Report(Wrong.Difference, $"{e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}");
        }
        finally
        {
            disk.Remove(data);
        }
    }

    private static void CleanUp(Disk disk)
    {
        Service.KillAll();
        disk.Dispose();
        Environment.Exit(Interrupted);
    }

    private static void Say(Stopwatch clock, string line) => Console.WriteLine($"{clock.Elapsed:mm\\:ss} {line}");

    private static int Usage()
    {
        string kinds = string.Join(", ", Fault.All.Select(fault => $"\"{fault.Name}\""));
        Console.Error.WriteLine($"usage: faults [--minutes N] [--seed N] [--only KIND]; kinds are {kinds}");
        return 2;
    }

    private static bool TryParse(string[] arguments, out double minutes, out int seed, out string? only)
    {
        (minutes, seed, only) = (0, 1, null);
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            bool isRead = arguments[i] switch
            {
                "--minutes" => double.TryParse(value, CultureInfo.InvariantCulture, out minutes),
                "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
                "--only" => (only = value).Length > 0,
                _ => false,
            };
            if (!isRead) return false;
        }

        return true;
    }
}
