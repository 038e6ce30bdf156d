using System.Diagnostics;

namespace CnnService.Benchmarks.Faults;

/// <summary>Programs and libraries of the machine that bring faults about, and whether they are there.</summary>
internal static class Tools
{
    private static readonly string[] FakeTimePlaces =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib64/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1",
    ];

    private static readonly Lazy<string?> Tracing = new(
        () => Try("strace", "-f", "-e", "trace=none", "true") ? null : "strace, or the right to trace");
    private static readonly Lazy<string?> Limiting = new(() => Try("prlimit", "--version") ? null : "prlimit");
    private static readonly Lazy<string?> Mounting = new(TryMount);
    private static readonly Lazy<string?> FakeTime = new(() => FakeTimePlaces.FirstOrDefault(File.Exists));

    /// <summary>The thing that is missing for strace; null if nothing.</summary>
    public static string? NoTrace => Tracing.Value;

    /// <summary>The thing that is missing for prlimit; null if nothing.</summary>
    public static string? NoLimits => Limiting.Value;

    /// <summary>The thing that is missing for a tmpfs of limited size; null if nothing.</summary>
    public static string? NoMount => Mounting.Value;

    /// <summary>The library that gives a process another time; null if it is not installed.</summary>
    public static string? FakeTimeLibrary => FakeTime.Value;

    /// <summary>Runs a program to its end.</summary>
    public static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Starts a program whose output is of no interest.</summary>
    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static bool Try(string program, params string[] arguments)
    {
        try
        {
            using Process process = Start(program, arguments);
            return process.WaitForExit(TimeSpan.FromSeconds(10)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string? TryMount()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cnnservice-mount-");
        try
        {
            bool mounts = Try("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder.FullName) && Try("umount", folder.FullName);
            return mounts ? null : "the right to mount a tmpfs";
        }
        finally
        {
            folder.Delete();
        }
    }
}
