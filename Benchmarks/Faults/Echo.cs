using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CnnService.Benchmarks.Faults;

/// <summary>
/// A connection from this process to itself that gives each byte back: how long that takes is the machine's part in every answer's time.
/// </summary>
internal sealed class Echo : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TcpClient client = new() { NoDelay = true };
    private readonly byte[] one = new byte[1];

    /// <summary>Connects.</summary>
    public Echo()
    {
        listener.Start();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        _ = AnswerAsync();
    }

    /// <summary>Milliseconds of one byte there and back.</summary>
    public async Task<double> MeasureAsync()
    {
        long start = Stopwatch.GetTimestamp();
        await client.GetStream().WriteAsync(one);
        await client.GetStream().ReadExactlyAsync(one);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        listener.Dispose();
    }

    private async Task AnswerAsync()
    {
        using TcpClient other = await listener.AcceptTcpClientAsync();
        other.NoDelay = true;
        byte[] given = new byte[1];
        while (await other.GetStream().ReadAtLeastAsync(given, 1, throwOnEndOfStream: false) > 0) await other.GetStream().WriteAsync(given);
    }
}
