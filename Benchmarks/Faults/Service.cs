using System.Collections.Concurrent;
using System.Diagnostics;

namespace CnnService.Benchmarks.Faults;

/// <summary>The way in which the service is started.</summary>
internal sealed record Launch
{
    /// <summary>A program with arguments in front, which keeps the process id.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Variables of the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Seconds between two checkpoints.</summary>
    public int CheckpointSeconds { get; init; } = 1;

    /// <summary>Threads that train.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether the fault may end the process at any moment.</summary>
    public bool MayEnd { get; init; }
}

/// <summary>The service as a process of its own.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<int, Process> Running = new();
    private static volatile bool isOver;

    private const string Listening = "Now listening on: ";
    private const int LinesKept = 12;

    private readonly Process process;
    private readonly Queue<string> lines = new();
    private readonly TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Service(string data, Launch launch)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "CnnService.Api.dll");
        string[] command =
        [
            .. launch.Wrapper, "dotnet", program, "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", data,
            "--Training:CheckpointSeconds", $"{launch.CheckpointSeconds}", "--Training:Threads", $"{launch.Threads}",
        ];
        EndIsExpected = launch.MayEnd;
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in launch.Environment) start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => HearError(line.Data);
        ObjectDisposedException.ThrowIf(isOver, this);
        process.Start();
        Running[process.Id] = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The process.</summary>
    public int Id => process.Id;

    /// <summary>The address at which it listens.</summary>
    public Uri Address => address.Task.Result;

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Whether the process is to end, or may.</summary>
    public bool EndIsExpected { get; set; }

    /// <summary>The exit code of a process that has ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Lines of standard error.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The last lines that it has written.</summary>
    public string LastLines
    {
        get
        {
            lock (lines) return string.Join(" / ", lines);
        }
    }

    /// <summary>Starts the process and waits until it listens or has ended.</summary>
    public static async Task<Service> StartAsync(string data, Launch launch)
    {
        var service = new Service(data, launch);
        Task ended = service.process.WaitForExitAsync();
        await Task.WhenAny(service.address.Task, ended, Task.Delay(TimeSpan.FromSeconds(World.HangSeconds)));
        if (service.HasEnded) await ended; // and with it the last lines
        return service;
    }

    /// <summary>Whether it came to listen.</summary>
    public bool Listens => address.Task.IsCompletedSuccessfully;

    /// <summary>Ends all processes, as this one is about to end; no other is started.</summary>
    public static void KillAll()
    {
        isOver = true;
        foreach (Process process in Running.Values) process.Kill();
    }

    /// <summary>Ends the process at once.</summary>
    public async Task KillAsync()
    {
        EndIsExpected = true;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end; how long that took, or null if it had to be killed.</summary>
    public async Task<TimeSpan?> TerminateAsync()
    {
        EndIsExpected = true;
        long start = Stopwatch.GetTimestamp();
        await SignalAsync("TERM");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(World.HangSeconds));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return Stopwatch.GetElapsedTime(start);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return null;
        }
    }

    /// <summary>Sends a signal.</summary>
    public Task SignalAsync(string signal) => Tools.RunAsync("kill", $"-{signal}", $"{Id}");

    /// <summary>Waits so long at most for the end.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.HasExited;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        Running.TryRemove(process.Id, out _);
        process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        if (line.IndexOf(Listening, StringComparison.Ordinal) is int at and >= 0)
            address.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim()));
        lock (lines)
        {
            lines.Enqueue(line.Trim());
            if (lines.Count > LinesKept) lines.Dequeue();
        }
    }

    private void HearError(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (lines) Errors.Add(line);
        Hear(line);
    }
}
