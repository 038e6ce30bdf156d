using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CnnService.Api.Tests.Runs;

/// <summary>A client that does what no client library does: it leaves requests half sent, and answers unread.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient connection = new() { ReceiveBufferSize = 4096 };

    /// <summary>Connects, and sends nothing.</summary>
    public static async Task<RawClient> ConnectAsync(ServiceProcess service)
    {
        var client = new RawClient();
        await client.connection.ConnectAsync(IPAddress.Loopback, service.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Sends the beginning of a request, or all of it.</summary>
    /// <param name="service">The service.</param>
    /// <param name="start">The method and the path.</param>
    /// <param name="rest">The text after the Host header; without an empty line the head of the request stays half sent.</param>
    public static async Task<RawClient> SendAsync(ServiceProcess service, string start, string rest)
    {
        RawClient client = await ConnectAsync(service);
        string text = $"{start} HTTP/1.1\r\nHost: {service.Client.BaseAddress!.Authority}\r\n{rest}";
        await client.connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>An upload of a dataset of which most is still to come.</summary>
    public static Task<RawClient> UploadAsync(ServiceProcess service) => SendAsync(
        service,
        "POST /api/datasets",
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\nPK");

    /// <summary>Reads all that comes until the connection ends, well or by force.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var answer = new StringBuilder();
        byte[] block = new byte[4096];
        try
        {
            for (int length; (length = await connection.GetStream().ReadAsync(block, TestContext.Current.CancellationToken)) > 0;)
                answer.Append(Encoding.UTF8.GetString(block, 0, length));
        }
        catch (IOException)
        {
        }

        return answer.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();
}
