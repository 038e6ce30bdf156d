using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Hosting;

/// <summary>A request's body in JSON, as it is read where the body itself matters and not only what it says.</summary>
internal static class JsonBody
{
    private static readonly byte[] Utf8Mark = [0xef, 0xbb, 0xbf], Utf16Mark = [0xff, 0xfe], Utf16MarkBigEndian = [0xfe, 0xff];

    private static readonly string[] Utf8Names = ["utf-8", "utf8"]; // the second is an alias that some programs send

    /// <summary>The body's bytes, without a byte order mark. A problem: 415 for another media type, 413 over the limit, 400 for UTF-16.</summary>
    /// <param name="request">The request.</param>
    /// <param name="thing">The thing in the body, for refusals, such as "run".</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static async Task<byte[]> ReadAsync(HttpRequest request, string thing, int limit, CancellationToken cancel)
    {
        if (!request.HasJsonContentType()) throw new ProblemException(415, $"Send the {thing} as application/json.");
        if (CharsetOf(request) is { Length: > 0 } charset && !Utf8Names.Contains(charset, StringComparer.OrdinalIgnoreCase))
            throw new ProblemException(415, $"The Content-Type has the charset {charset}; JSON is UTF-8.");
        BodyLimits.Allow(request, limit);
        byte[] body = new byte[limit + 1];
        int length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancel);
        if (length > limit) throw new ProblemException(413, $"The {thing} has more than {limit / 1024} KB; make it shorter.");
        ReadOnlySpan<byte> text = body.AsSpan(0, length);
        if (text.StartsWith(Utf16Mark) || text.StartsWith(Utf16MarkBigEndian))
            throw new ProblemException(400, "The body is UTF-16; save it as UTF-8.");
        if (!Utf8.IsValid(text)) throw new ProblemException(400, "The body is not UTF-8; send it as UTF-8.");
        return text.StartsWith(Utf8Mark) ? text[Utf8Mark.Length..].ToArray() : text.ToArray();
    }

    private static string? CharsetOf(HttpRequest request) => MediaTypeHeaderValue.Parse(request.ContentType).Charset.Value?.Trim('"');

    /// <summary>The document in a body; a problem (400) tells where it is none.</summary>
    public static JsonDocument Parse(byte[] body)
    {
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty) throw new ProblemException(400, "The body is empty; send JSON.");
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            throw new ProblemException(400, e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? "The body is nested too deeply; 64 levels are read."
                : $"The body is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}{HintFor(body, e)}.");
        }
    }

    // What people send most often in place of JSON.
    private static string HintFor(ReadOnlySpan<byte> body, JsonException e)
    {
        ReadOnlySpan<byte> text = body.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("[object "u8)) return "; it is the text of an object of JavaScript, send JSON.stringify(object)";
        if (text.StartsWith("'"u8)) return "; it begins with ', which cmd.exe does not take away: quote with \" and write \\\" inside, or put it into a file (curl: -d @run.json)";
        int place = PlaceOf(body, e);
        if (body[place..].Trim(" \t\r\n,"u8).IsEmpty) return "; it ends there, before its last } or ]";
        ReadOnlySpan<byte> before = body[..place].TrimEnd(" \t\r\n"u8);
        bool isBehindComma = before.EndsWith(","u8);
        return (char)body[place] switch
        {
            '}' or ']' or ',' when isBehindComma => "; a comma stands before it, after which something is missing: take the comma away",
            '/' or '#' => "; JSON has no comments: take it away",
            '\'' => "; names and texts stand in double quotes",
            >= 'A' and <= 'z' when isBehindComma || before.EndsWith("{"u8) => "; names stand in double quotes",
            '"' => "; a comma or a colon is missing before it",
            _ => "",
        };
    }

    private static int PlaceOf(ReadOnlySpan<byte> body, JsonException e)
    {
        int place = 0;
        for (long line = e.LineNumber ?? 0; line > 0; line--) place += body[place..].IndexOf((byte)'\n') + 1;
        return (int)Math.Min(body.Length, place + (e.BytePositionInLine ?? 0));
    }
}
