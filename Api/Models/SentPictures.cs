using System.IO.Pipelines;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Models;

/// <summary>A picture file in a request.</summary>
/// <param name="File">Its name, where it was a part of several; null where it was the whole body.</param>
/// <param name="Content">Its bytes, as they were sent.</param>
internal sealed record SentPicture(string? File, ReadOnlyMemory<byte> Content)
{
    /// <summary>The name that messages give it.</summary>
    public string Name => File ?? "body";
}

/// <summary>Reads the pictures of a predict request: one as the body, or several as parts of a form.</summary>
internal static class SentPictures
{
    /// <summary>The most pictures in a form.</summary>
    public const int MostPictures = 1000;

    private const int FirstPiece = 64 * 1024; // what a body's announced length is trusted for

    /// <summary>The content types of a body that is one picture, as they are described; any image/* is taken, as its bytes tell what it is.</summary>
    public static readonly string[] ContentTypes = ["image/png", "image/jpeg", "image/webp", "image/bmp", "image/gif"];

    /// <summary>Reads them; a problem for a body that is too large (413), of another type (415), or no such form (400).</summary>
    public static async Task<IReadOnlyList<SentPicture>> ReadAsync(HttpRequest request, int megabytes, CancellationToken cancel)
    {
        MediaTypeHeaderValue? type = null;
        if (!string.IsNullOrWhiteSpace(request.ContentType) && !MediaTypeHeaderValue.TryParse(request.ContentType, out type))
            throw Unsupported(request.ContentType);
        if (type is null || type.Type.Equals("image", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            MemoryStream body = await ReadBodyAsync(request, megabytes, cancel);
            if (type is null && body.Length == 0) throw Unsupported(null);
            if (IsForm(body.GetBuffer().AsSpan(0, (int)body.Length)))
            {
                string words = type is null
                    ? "no Content-Type tells how its parts are divided; let curl -F, fetch and others write the header"
                    : $"the Content-Type {type.MediaType} says that it is one picture; leave the header out";
                throw new ProblemException(
                    400, $"The body is a form, and {words}, or send the picture alone (curl: --data-binary @picture.png).", "body");
            }

            return [new SentPicture(null, body.GetBuffer().AsMemory(0, (int)body.Length))];
        }

        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)) throw Unsupported(request.ContentType);
        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > 70) throw new ProblemException(400, "The Content-Type has no boundary of 1 to 70 characters; leave the header out, as curl -F, fetch and others write it with one.");
        using MemoryStream form = await ReadBodyAsync(request, megabytes, cancel);
        return await ReadPartsAsync(new MultipartReader(boundary, form), cancel);
    }

    private static async Task<MemoryStream> ReadBodyAsync(HttpRequest request, int megabytes, CancellationToken cancel)
    {
        long limit = megabytes * 1024L * 1024L;
        BodyLimits.Allow(request, limit);
        if (request.ContentLength > limit) throw TooLarge(megabytes);
        var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, FirstPiece));
        ReadResult read;
        do
        {
            read = await request.BodyReader.ReadAsync(cancel);
            if (body.Length + read.Buffer.Length > limit) throw TooLarge(megabytes);
            foreach (ReadOnlyMemory<byte> piece in read.Buffer) body.Write(piece.Span);
            request.BodyReader.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        body.Position = 0;
        return body;
    }

    private static async Task<IReadOnlyList<SentPicture>> ReadPartsAsync(MultipartReader reader, CancellationToken cancel)
    {
        var pictures = new List<SentPicture>();
        try
        {
            while (await reader.ReadNextSectionAsync(cancel) is MultipartSection section)
            {
                if (pictures.Count == MostPictures) throw new ProblemException(400, $"There are more than {MostPictures:N0} pictures; send them in several requests.", "file");
                pictures.Add(await ReadPartAsync(section, pictures.Count, cancel));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new ProblemException(400, "The multipart body is malformed or ends early; send each picture as a part named \"file\".", "file");
        }

        return pictures.Count > 0 ? pictures : throw new ProblemException(400, "There is no picture; send 1 to 1,000 parts named \"file\".", "file");
    }

    private static async Task<SentPicture> ReadPartAsync(MultipartSection section, int index, CancellationToken cancel)
    {
        if (section.Headers is not { Count: > 0 }) throw new InvalidDataException("A part without headers, as behind the last one.");
        _ = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition);
        string name = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).ToString();
        if (name != "file") throw new ProblemException(400, $"The part \"{name}\" is not known; send 1 to 1,000 parts named \"file\".", name.Length > 0 ? name : "file");
        FormParts.CheckEncoding(section, name);
        using var content = new MemoryStream();
        await section.Body.CopyToAsync(content, cancel);
        string file = HeaderUtilities.RemoveQuotes(disposition!.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();
        return new SentPicture(file.Length > 0 ? file : $"file[{index}]", content.ToArray());
    }

    private static bool IsForm(ReadOnlySpan<byte> body) =>
        body.StartsWith("--"u8) && body[..Math.Min(body.Length, 1024)].IndexOf("Content-Disposition: form-data"u8) > 0;

    private static ProblemException Unsupported(string? type) =>
        new(415, $"The content type is {(string.IsNullOrEmpty(type) ? "missing" : type)}; send {string.Join(", ", ContentTypes)}, application/octet-stream, or multipart/form-data.");

    private static ProblemException TooLarge(int megabytes) => new(413, $"The body is over {megabytes} megabytes; send fewer or smaller pictures.");
}
