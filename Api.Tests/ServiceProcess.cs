using System.Diagnostics;
using System.Text;

namespace CnnService.Api.Tests;

/// <summary>The real service as a process of its own, on a free loopback port and over a data directory; killed at the end.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private readonly TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(string[] arguments, IReadOnlyDictionary<string, string>? environment, string[]? launcher = null)
    {
        string[] command = [.. launcher ?? [], "dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        process = new Process { StartInfo = start };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) process.StartInfo.Environment[name] = value;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A client of the service.</summary>
    public HttpClient Client { get; } =
        new(new SocketsHttpHandler { Expect100ContinueTimeout = HangGuard.Limit }) { Timeout = HangGuard.Limit };

    /// <summary>The process, to kill it.</summary>
    public Process Process => process;

    /// <summary>What it has written to standard output so far.</summary>
    public string Output => Text(output);

    /// <summary>The text that it has written to standard error so far.</summary>
    public string Errors => Text(errors);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "CnnService.Api.dll");

    /// <summary>Starts the service and waits until it is alive.</summary>
    /// <param name="dataDirectory">Its data directory; a second start over the same one goes on with it.</param>
    /// <param name="arguments">More arguments, as <c>--Training:Threads</c>, <c>1</c>.</param>
    public static Task<ServiceProcess> StartAsync(string dataDirectory, params string[] arguments) =>
        StartUnderAsync([], dataDirectory, arguments);

    /// <summary>The same by a program that starts others, as <c>prlimit</c>, <c>--nofile=100</c>.</summary>
    public static async Task<ServiceProcess> StartUnderAsync(string[] launcher, string dataDirectory, params string[] arguments)
    {
        string[] own = ["--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", dataDirectory];
        var service = new ServiceProcess([.. own, .. arguments], null, launcher);
        try
        {
            using CancellationTokenSource limit = HangGuard.Start();
            Task ended = service.process.WaitForExitAsync(limit.Token);
            if (await Task.WhenAny(service.address.Task, ended) == ended) throw new InvalidOperationException($"The service did not start: {service.Output} {service.Errors}");
            service.Client.BaseAddress = await service.address.Task;
            while (!await service.IsAliveAsync(limit.Token)) await Task.Delay(50, limit.Token); // between two looks at another process; no test judges by it
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the service without waiting for anything.</summary>
    public static ServiceProcess Begin(params string[] arguments) => new(arguments, null);

    /// <summary>Starts the service with arguments that it is to refuse, or that make it do one thing, and waits for its end.</summary>
    public static async Task<(int ExitCode, string Errors)> RunAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        (int exitCode, _, string errors) = await ShowAsync(arguments, environment);
        return (exitCode, errors);
    }

    /// <summary>The same with what it has written.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> ShowAsync(
        string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string[]? launcher = null)
    {
        await using var service = new ServiceProcess(arguments, environment, launcher);
        int exitCode = await service.WaitForExitAsync();
        return (exitCode, service.Output, service.Errors);
    }

    /// <summary>Asks the service to end, as service managers and containers do.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync();
        return await WaitForExitAsync();
    }

    /// <summary>Sends the signal to end, and waits for nothing.</summary>
    public async Task SignalAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until standard output holds a text.</summary>
    public async Task UntilAsync(string text)
    {
        using CancellationTokenSource limit = HangGuard.Start();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (process.HasExited) throw new InvalidOperationException($"The service ended without \"{text}\": {Output} {Errors}");
            await Task.Delay(50, limit.Token); // between two looks at another process; no test judges by it
        }
    }

    /// <summary>The exit code, when the process has ended.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using CancellationTokenSource limit = HangGuard.Start();
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Ends the service at once, as a crash or a power cut would.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        Client.Dispose();
    }

    private async Task<bool> IsAliveAsync(CancellationToken cancel)
    {
        using HttpResponseMessage response = await Client.GetAsync("/healthz/live", cancel);
        return response.IsSuccessStatusCode;
    }

    private void Hear(string? line)
    {
        Append(output, line);
        if (line?.IndexOf(Listening, StringComparison.Ordinal) is int at and >= 0)
            address.TrySetResult(new Uri(line[(at + Listening.Length)..].Split('"')[0].Trim())); // a line of JSON goes on
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
            if (line is not null) text.AppendLine(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}

/// <summary>A folder for one test, which goes with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("cnnservice-").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
