using System.Net.Http.Headers;
using System.Text;

namespace CnnService.Api.Tests;

/// <summary>A request that has to be refused, and how.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Method">The verb.</param>
/// <param name="Address">Where to; {trained} and {paused} stand for runs.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="Field">The field that the answer has to name, as a JSON path; null where none is at fault.</param>
public sealed record BadRequest(string Name, string Method, string Address, int Status, string? Field = null)
{
    private const string Boundary = "boundary";

    /// <summary>Its headers.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Its body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The body's content type; null sends none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Words that the answer's detail has to hold.</summary>
    public string Says { get; init; } = "";

    /// <summary>The same request with a header.</summary>
    public BadRequest With(string header, string value) => this with { Headers = new(Headers) { [header] = value } };

    /// <summary>The same request with a body.</summary>
    public BadRequest With(byte[] body, string? contentType) => this with { Body = body, ContentType = contentType };

    /// <summary>The same request with a JSON body.</summary>
    public BadRequest WithJson(string json) => With(Encoding.UTF8.GetBytes(json), "application/json");

    /// <summary>The same request with a form; a part's disposition goes on after <c>form-data; name=</c>.</summary>
    public BadRequest WithForm(params (string Disposition, byte[] Content)[] parts)
    {
        using var body = new MemoryStream();
        foreach ((string disposition, byte[] content) in parts)
        {
            body.Write(Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name={disposition}\r\n\r\n"));
            body.Write(content);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.UTF8.GetBytes($"--{Boundary}--\r\n"));
        return With(body.ToArray(), $"multipart/form-data; boundary={Boundary}");
    }

    /// <summary>A message to send.</summary>
    /// <param name="trained">The run that has ended with parameters.</param>
    /// <param name="paused">The run that has none.</param>
    public HttpRequestMessage ToMessage(Guid trained, Guid paused)
    {
        string address = Address.Replace("{trained}", $"{trained}", StringComparison.Ordinal).Replace("{paused}", $"{paused}", StringComparison.Ordinal);
        var message = new HttpRequestMessage(new HttpMethod(Method), address);
        message.Content = Body is null ? null : new ByteArrayContent(Body);
        if (ContentType is not null && message.Content is not null) message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        foreach ((string header, string value) in Headers)
            if (!message.Headers.TryAddWithoutValidation(header, value)) message.Content?.Headers.TryAddWithoutValidation(header, value);
        return message;
    }
}
