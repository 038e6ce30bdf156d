using System.Diagnostics;

namespace CnnService.Benchmarks;

/// <summary>The service as a process of its own on a free loopback port, over a folder that goes with it.</summary>
internal sealed class LocalService : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private readonly Process process;
    private readonly DirectoryInfo folder;

    private LocalService(Process process, DirectoryInfo folder) => (this.process, this.folder) = (process, folder);

    /// <summary>Its data directory.</summary>
    public string DataDirectory => folder.FullName;

    /// <summary>Speaks to it.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<LocalService> StartAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cnnservice-");
        string program = Path.Combine(AppContext.BaseDirectory, "CnnService.Api.dll");
        var start = new ProcessStartInfo("dotnet", [program, "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", folder.FullName]) { RedirectStandardOutput = true };
        var service = new LocalService(Process.Start(start)!, folder);
        while (await service.process.StandardOutput.ReadLineAsync() is string line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is not (int at and >= 0)) continue;
            service.Client.BaseAddress = new Uri(line[(at + Listening.Length)..].Trim());
            break;
        }

        _ = service.process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        if (service.Client.BaseAddress is not null) return service;
        await service.DisposeAsync();
        throw new InvalidOperationException("The service did not start.");
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Client.Dispose();
        folder.Delete(recursive: true);
    }
}
