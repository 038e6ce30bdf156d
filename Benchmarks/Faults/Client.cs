using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;

namespace CnnService.Benchmarks.Faults;

/// <summary>An answer that has come in full.</summary>
internal sealed record Answer(int Status, byte[] Body, string? MediaType, TimeSpan? RetryAfter, double Milliseconds)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>Whether the body is a problem document.</summary>
    public bool IsProblem => MediaType == "application/problem+json";

    /// <summary>Whether it is a problem that tells of damaged or missing content.</summary>
    public bool TellsDamage => Status == 500 && IsProblem
        && (Detail.Contains("damaged", StringComparison.Ordinal) || Detail.Contains("missing", StringComparison.Ordinal));

    private string Detail => Json.GetProperty("detail").GetString()!;

    /// <inheritdoc/>
    public override string ToString() => IsProblem
        ? $"{Status} {Detail}"
        : $"{Status} {System.Text.Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 200)))}";
}

/// <summary>Sends requests to the service of a world, and judges what no answer may be.</summary>
internal sealed class Client(World world) : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(World.HangSeconds) };

    /// <summary>Reads an address.</summary>
    public Task<Answer?> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>
    /// Sends a request; null when the connection broke, which is the fault's doing or tells itself by the end of the process.
    /// </summary>
    public async Task<Answer?> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? key = null)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(method, world.AddressOf(path)) { Content = content };
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            using HttpResponseMessage response = await http.SendAsync(request);
            byte[] body = await response.Content.ReadAsByteArrayAsync();
            var answer = new Answer(
                (int)response.StatusCode, body, response.Content.Headers.ContentType?.MediaType, response.Headers.RetryAfter?.Delta,
                Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Judge(answer, $"{method} {Shape(path)}");
            return answer;
        }
        catch (TaskCanceledException)
        {
            world.Tally.Report(Wrong.Hang, $"{method} {Shape(path)} has no answer after {World.HangSeconds} s");
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return null; // the second where the connection was closed while the client still looked at it
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    // What the service cannot do at the moment is a 503 or 507 that says so; only what the harness has damaged may be a 500.
    private void Judge(Answer answer, string request)
    {
        if (answer.Status < 500 || request.EndsWith("/healthz/ready", StringComparison.Ordinal)) return;
        bool right = answer.IsProblem && answer.Status switch
        {
            503 => answer.RetryAfter is not null,
            507 => true,
            _ => world.IsDamaged && answer.TellsDamage,
        };
        world.Tally.Check(right, $"{request} answers {answer}");
    }

    // The path without what differs between requests of the same kind.
    private static string Shape(string path) =>
        string.Join('/', path.Split('?')[0].Split('/').Select(part => Guid.TryParse(part, out _) ? "{id}" : part));
}
