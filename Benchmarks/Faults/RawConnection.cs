using System.Net.Sockets;
using System.Text;

namespace CnnService.Benchmarks.Faults;

/// <summary>A connection that a bad client makes: it sends what it likes, and reads nothing unless told to.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int ReceiveBuffer = 4096; // bytes, so that what is not read stays with the service

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        ReceiveBufferSize = ReceiveBuffer,
        NoDelay = true,
    };

    private RawConnection()
    {
    }

    /// <summary>Connects and sends a text; null if that is not possible.</summary>
    public static async Task<RawConnection?> OpenAsync(World world, string text = "")
    {
        var connection = new RawConnection();
        try
        {
            Uri address = world.AddressOf("/");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(World.HangSeconds));
            await connection.socket.ConnectAsync(address.Host, address.Port, limit.Token);
            await connection.SendAsync(text);
            return connection;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or HttpRequestException)
        {
            connection.Dispose();
            return null;
        }
    }

    /// <summary>Sends a text; whether the connection still takes it.</summary>
    public async Task<bool> SendAsync(string text)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The head of a request.</summary>
    public static string Request(string path, string method = "GET", string headers = "") =>
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n";

    /// <summary>The request for the events of a run as they come.</summary>
    public static string Events(Submission run) => Request($"/api/runs/{run.Id}/events", headers: "Accept: text/event-stream\r\n");

    /// <summary>The head and the first bytes of an upload that never ends.</summary>
    public static string HalfAnUpload(int bytes = 5000) =>
        Request("/api/datasets", "POST", "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 10000000\r\n")
        + "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nhalf\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n"
        + new string('x', bytes);

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
