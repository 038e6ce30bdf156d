using System.Buffers.Binary;
using System.Globalization;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>
/// Reads PNG, JPEG, WebP, BMP and GIF (the first frame) from bytes that nobody vouches for. Colour profiles are ignored, of 16 bits the upper 8
/// are taken, alpha is composited over a background, and the picture is turned as its orientation tag (EXIF) says. A picture of over 16,777,216
/// pixels is made smaller while it is decoded, by a whole factor, so that memory does not grow with it.
/// </summary>
public static class PictureDecoder
{
    /// <summary>The most pixels of a picture.</summary>
    public const long MostPixels = 100_000_000;

    /// <summary>The most pixels that are decoded at once: at most 112 MiB are taken for a picture.</summary>
    public const int DecodedPixels = 1 << 24;

    private static ReadOnlySpan<byte> PngWithoutLineEnds => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x1a];

    private static ReadOnlySpan<byte> EndOfJpeg => [0xff, 0xd9];

    private static ReadOnlySpan<byte> StartOfScan => [0xff, 0xda];

    private const int LongestSide = ushort.MaxValue; // of JPEG

    internal const string Formats = "PNG, JPEG, WebP, BMP or GIF";

    internal const string CutOff = "is cut off before its end; send the whole file.";

    /// <summary>Decodes one file.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="name">What messages call it, such as the file's name.</param>
    /// <param name="fitting">The way to an image.</param>
    /// <exception cref="InvalidInputException">The part is <paramref name="name"/>; the reason says what is wrong and what would be right.</exception>
    public static Picture Decode(ReadOnlySpan<byte> file, string name, Fitting fitting)
    {
        if (file.IsEmpty) throw new InvalidInputException(name, $"is empty; send a {Formats} picture.");
        if (PictureHeader.IsXcodePng(file))
            throw new InvalidInputException(
                name, "is a PNG as Xcode optimises it for iPhones (CgBI), which is not read; save it again as an ordinary PNG.");
        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = SKCodec.Create(data) ?? throw Unknown(name, file);
        if (!IsAllowed(codec.EncodedFormat)) throw Unknown(name, file);
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        CheckSize(width, height, name, fitting);

        bool isProgressive = codec.EncodedFormat == SKEncodedImageFormat.Jpeg && IsProgressive(file);
        if (isProgressive && file.LastIndexOf(EndOfJpeg) <= file.IndexOf(StartOfScan)) // the decoder fills up what is missing
            throw new InvalidInputException(name, CutOff);
        int factor = (int)Math.Ceiling(Math.Sqrt((double)width * height / DecodedPixels));
        // Others take memory for every pixel while they are decoded.
        if (factor > 1 && (isProgressive || codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg)))
            throw new InvalidInputException(name, string.Create(CultureInfo.InvariantCulture, $"has over {DecodedPixels:N0} pixels, and only JPEG, but for the progressive kind, and PNG are read so large; save it as a JPEG that is not progressive, or smaller."));
        Planes planes = new Decoding(codec, name, fitting.BackgroundColour(), PictureHeader.IsCutOff(file)).Smaller(factor)
            .Turned(codec.EncodedFormat == SKEncodedImageFormat.Png ? PngOrientation.Of(file) : codec.EncodedOrigin);
        return new Picture(fitting.Apply(planes).Bytes);
    }

    /// <summary>How many pixels a file says it has, before they are decoded; 0 for one that <see cref="Decode(ReadOnlySpan{byte}, string, Fitting)"/> refuses by its header.</summary>
    public static long PixelsOf(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return 0;
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        return codec is { Info: var info } && (long)info.Width * info.Height is <= MostPixels and long pixels ? pixels : 0;
    }

    private static bool IsAllowed(SKEncodedImageFormat format) => format
        is SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif;

    /// <summary>Runs on the header's numbers, before anything of their size is allocated.</summary>
    private static void CheckSize(int width, int height, string name, Fitting fitting)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        if (width is < 1 or > LongestSide || height is < 1 or > LongestSide || (long)width * height > MostPixels)
            throw new InvalidInputException(
                name, string.Create(CultureInfo.InvariantCulture, $"is {size}; a picture has 1 to {MostPixels:N0} pixels, and at most {LongestSide:N0} a side."));
        if (!fitting.Takes(width, height))
            throw new InvalidInputException(name, $"is {size}, not {fitting.Sizes}; send {fitting.Sizes}, or resize=true to have it brought to that size.");
    }

    // By the marker of its frame (ITU-T T.81, B.1.1.3): 0xFFC0 and 0xFFC1 are sequential.
    private static bool IsProgressive(ReadOnlySpan<byte> file)
    {
        for (int position = 2; position + 4 <= file.Length && file[position] == 0xff; position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]))
        {
            while (position + 4 < file.Length && file[position + 1] == 0xff) position++; // fill bytes
            byte marker = file[position + 1];
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc)) return marker > 0xc1;
        }

        return true; // as far as anybody can tell
    }

    private static InvalidInputException Unknown(string name, ReadOnlySpan<byte> file) => new(name, FileKinds.Of(file) switch
    {
        _ when file.StartsWith(PngWithoutLineEnds) => "is a PNG whose line ends were taken out, as curl -d does; send it with --data-binary.",
        FileKind.Tiff => "is a TIFF, which is not read; save it as PNG or JPEG.",
        FileKind.Heic => "is a HEIC, which is not read; save it as JPEG or PNG.",
        FileKind.Avif => "is an AVIF, which is not read; save it as PNG or JPEG.",
        _ when PictureHeader.IsCutOff(file) => CutOff,
        FileKind.Unknown when FileKinds.TextIn(file) is { } text => $"is {text}.",
        _ => $"is not a picture that can be read; send {Formats}.",
    });
}
