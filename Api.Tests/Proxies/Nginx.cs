using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CnnService.Api.Tests.Proxies;

/// <summary>A real nginx with its defaults in front of a service.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx"; // Debian's package
    private readonly TemporaryFolder folder = new();
    private readonly StringBuilder errors = new();
    private readonly Process process;

    private Nginx(string server, int port)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        string[] temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        string configuration = Path.Combine(folder.Path, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            pid nginx.pid;
            error_log stderr;
            events {}
            http {
              access_log off;
              {{string.Concat(temporary.Select(name => $"{name}_temp_path {name}; "))}}
              server { listen 127.0.0.1:{{port}}; {{server}} }
            }
            """);
        process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, ["-p", folder.Path, "-c", configuration, "-e", "stderr", "-g", "daemon off;"]) { RedirectStandardError = true },
        };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors) errors.AppendLine(line.Data);
        };
        process.Start();
        process.BeginErrorReadLine();
    }

    /// <summary>The address at which it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="server">The directives of its server, such as <c>location / { proxy_pass http://127.0.0.1:5080; }</c>.</param>
    public static async Task<Nginx> StartAsync(string server)
    {
        NeededProgram.Check(Program, "nginx-light");
        using CancellationTokenSource limit = HangGuard.Start();
        while (true)
        {
            var nginx = new Nginx(server, FreePort());
            if (await nginx.ListensAsync(limit.Token)) return nginx;
            await nginx.DisposeAsync();
            if (!nginx.errors.ToString().Contains("Address already in use", StringComparison.Ordinal)) throw new InvalidOperationException($"nginx did not start: {nginx.errors}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> ListensAsync(CancellationToken cancel)
    {
        while (!process.HasExited)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Address.Port, cancel);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(20, cancel); // between two looks at another process; no test judges by it
            }
        }

        await process.WaitForExitAsync(cancel);
        return false;
    }
}
