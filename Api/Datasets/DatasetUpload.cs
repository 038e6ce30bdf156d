using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training.Datasets;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CnnService.Api.Datasets;

/// <summary>
/// An upload's parts. They come in any order, and a .zip is read from its end, so the file waits in the spool folder under a random name, and is
/// gone when the upload is disposed of.
/// </summary>
internal sealed partial class DatasetUpload : IDisposable
{
    private const string Parts = "name, file, size, resize, background and names";
    private const int TextLimit = 1024, BlockLength = 1 << 16; // in bytes
    private readonly HashSet<string> seen = [];
    private FileStream? file;

    private DatasetUpload()
    {
    }

    /// <summary>The name that the dataset is to have.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name of the file, which tells its format where its bytes do not, and is used for nothing else.</summary>
    public string FileName { get; private set; } = "";

    /// <summary>The way from a picture to an image.</summary>
    public Fitting Fitting { get; private set; } = Fitting.Strict;

    /// <summary>The code page of names, and the images' size.</summary>
    public ImportOptions Options { get; private set; } = new();

    /// <summary>The file's bytes, from the first.</summary>
    public Stream Content => file!;

    /// <summary>Reads a multipart body; <see cref="ProblemException"/> for one that is not as the contract says.</summary>
    public static async Task<DatasetUpload> ReadAsync(HttpRequest request, DataDirectory directory, long limit, CancellationToken cancel)
    {
        MultipartReader reader = ReaderOf(request);
        if (request.ContentLength > limit) throw TooLarge(limit);
        DiskSpace.Require(directory, request.ContentLength ?? 0);
        var upload = new DatasetUpload();
        try
        {
            while (await Received(reader.ReadNextSectionAsync(cancel)) is { } section) await upload.TakeAsync(section, directory, limit, cancel);
            foreach (string part in (string[])["name", "file"])
                if (!upload.seen.Contains(part)) throw Bad(part, "is missing; a dataset is uploaded as the parts name and file, and size, resize, background and names if wanted.");
            return upload;
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the file.</summary>
    public void Dispose()
    {
        try
        {
            file?.Dispose();
        }
        catch (Exception e) when (DiskSpace.IsFull(e))
        {
            // What could not be written is not wanted any more; the upload is refused already.
        }
    }

    private static MultipartReader ReaderOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "A dataset is uploaded as multipart/form-data with the parts name and file.");

        string boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        return boundary.Length is > 0 and <= 128
            ? new MultipartReader(boundary, request.Body)
            : throw new ProblemException(StatusCodes.Status400BadRequest, "The Content-Type has no boundary of 1 to 128 characters; leave the header out, as curl -F, fetch and others write it with one.");
    }

    private async Task TakeAsync(MultipartSection section, DataDirectory directory, long limit, CancellationToken cancel)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out ContentDispositionHeaderValue? disposition) || disposition.Name.Length == 0)
            throw new ProblemException(StatusCodes.Status400BadRequest, $"A part of the body has no name; the parts are {Parts}.");

        string part = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (part is not ("name" or "file" or "size" or "resize" or "background" or "names")) throw Bad(part, $"is not known; the parts are {Parts}.");
        if (!seen.Add(part)) throw Bad(part, "is given twice; give it once.");
        FormParts.CheckEncoding(section, part);
        if (part == "file")
        {
            FileName = FileNameOf(disposition);
            await SpoolAsync(section.Body, directory, limit, cancel);
            if (FileName.Length == 0) await TakeWithoutNameAsync(cancel);
            return;
        }

        string text = await TextAsync(part, section.Body, cancel);
        if (text.Length == 0 && part != "name") return; // pages send the fields of a form that are left empty
        switch (part)
        {
            case "name":
                Name = NamePattern().IsMatch(text) ? text : throw Bad("name", $"is \"{text}\"; it has 1 to 63 of a-z, 0-9 and -, and does not begin with -.");
                break;
            case "size":
                if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size is < Dataset.SmallestSize or > Dataset.LargestSize)
                    throw Bad("size", $"is \"{text}\"; it is a number of pixels from {Dataset.SmallestSize} to {Dataset.LargestSize}.");
                (Options, Fitting) = (Options with { Size = size }, Fitting with { Size = size });
                break;
            case "resize":
                Fitting = Fitting with { Resize = Fitting.ParseResize(text) ?? throw Bad("resize", $"is \"{text}\"; it is {Fitting.ResizeWords}.") };
                break;
            case "background":
                Fitting = Fitting with
                {
                    Background = Fitting.ParseBackground(text) ?? throw Bad("background", $"is \"{text}\"; it is {Fitting.BackgroundWords}."),
                };
                break;
            default:
                Options = Dataset.KnowsCodePage(text)
                    ? Options with { CodePage = text }
                    : throw Bad("names", $"is \"{text}\"; it is a code page, such as ibm866 or shift_jis.");
                break;
        }
    }

    private static string FileNameOf(ContentDispositionHeaderValue disposition)
    {
        string path = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();
        return path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
    }

    // Archives tell their format by their bytes; other files may tell it by their name alone.
    private async Task TakeWithoutNameAsync(CancellationToken cancel)
    {
        FileKind kind = await KindOfAsync(file!, cancel);
        file!.Position = 0;
        if (kind == FileKind.Gzip)
        {
            await using var unpacked = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            try
            {
                kind = await KindOfAsync(unpacked, cancel);
            }
            catch (InvalidDataException)
            {
                // refused when it is read as a whole
            }

            file.Position = 0;
        }

        if (kind == FileKind.Unknown)
            throw Bad("file", "has no file name, which tells its format, such as pictures.zip; choose a file (curl: -F file=@pictures.zip).");
        FileName = "file";
    }

    private static async Task<FileKind> KindOfAsync(Stream stream, CancellationToken cancel)
    {
        byte[] head = new byte[FileKinds.HeadLength];
        int length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel);
        return FileKinds.Of(head.AsSpan(0, length));
    }

    private async Task SpoolAsync(Stream body, DataDirectory directory, long limit, CancellationToken cancel)
    {
        file = new FileStream(
            Path.Combine(directory.Spool, $"{Guid.CreateVersion7():n}.upload"),
            FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BlockLength, FileOptions.DeleteOnClose);
        byte[] block = new byte[BlockLength];
        try
        {
            for (int length; (length = await Received(body.ReadAsync(block, cancel).AsTask())) > 0;)
            {
                if (file.Position + length > limit) throw TooLarge(limit);
                await file.WriteAsync(block.AsMemory(0, length), cancel);
            }

            await file.FlushAsync(cancel);
        }
        catch (Exception e) when (DiskSpace.IsFull(e))
        {
            throw DiskSpace.Refusal();
        }

        file.Position = 0;
    }

    private static async Task<string> TextAsync(string part, Stream body, CancellationToken cancel)
    {
        byte[] text = new byte[TextLimit];
        int length = await Received(body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancel).AsTask());
        return length < TextLimit ? Encoding.UTF8.GetString(text, 0, length) : throw Bad(part, $"has {TextLimit} bytes or more.");
    }

    /// <summary>What the client sends, with its mistakes told from the disk's.</summary>
    private static async Task<T> Received<T>(Task<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "The multipart body is malformed or cut off.");
        }
    }

    private static ProblemException TooLarge(long limit) => new(
        StatusCodes.Status413PayloadTooLarge, $"The upload has more than {limit >> 20} MB, the limit; Uploads:DatasetMegabytes sets it.", "file");

    private static ProblemException Bad(string part, string reason) => new(StatusCodes.Status400BadRequest, $"The part {part} {reason}", part);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z")]
    private static partial Regex NamePattern();
}
