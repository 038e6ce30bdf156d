using System.Buffers.Binary;
using System.Text;

namespace CnnService.Training.Datasets;

/// <summary>What a file is by its bytes, whatever its name says.</summary>
public enum FileKind
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>A picture that decoders take: PNG, JPEG, GIF, WebP, BMP.</summary>
    Picture,

    /// <summary>TIFF, as scanners write it.</summary>
    Tiff,

    /// <summary>HEIC, as phones write it.</summary>
    Heic,

    /// <summary>AVIF.</summary>
    Avif,

    /// <summary>IDX images: unsigned bytes in 3 dimensions.</summary>
    IdxImages,

    /// <summary>IDX labels: unsigned bytes in 1 dimension.</summary>
    IdxLabels,

    /// <summary>A zip archive.</summary>
    Zip,

    /// <summary>A tar archive.</summary>
    Tar,

    /// <summary>A file packed by gzip.</summary>
    Gzip,

    /// <summary>An archive of another kind: RAR, 7-Zip, xz, bzip2, Zstandard.</summary>
    OtherArchive,

    /// <summary>Objects of Python, as in the Python version of CIFAR-10, and in files of weights.</summary>
    Pickle,
}

/// <summary>Tells the kind of a file by its first bytes.</summary>
public static class FileKinds
{
    /// <summary>Bytes that are looked at: a block of tar, whose magic comes last of all.</summary>
    public const int HeadLength = 512;

    private static readonly (FileKind Kind, byte[] Signature)[] Signatures =
    [
        (FileKind.Picture, [0x89, .. "PNG\r\n\u001a\n"u8]),
        (FileKind.Picture, [0xff, 0xd8, 0xff]),
        (FileKind.Picture, [.. "GIF8"u8]),
        (FileKind.Picture, [.. "BM"u8]),
        (FileKind.Tiff, [.. "II*\0"u8]),
        (FileKind.Tiff, [.. "MM\0*"u8]),
        (FileKind.IdxImages, [0, 0, 8, 3]),
        (FileKind.IdxLabels, [0, 0, 8, 1]),
        (FileKind.Zip, [.. "PK\u0003\u0004"u8]),
        (FileKind.Zip, [.. "PK\u0005\u0006"u8]), // without entries
        (FileKind.Gzip, [0x1f, 0x8b]),
        (FileKind.OtherArchive, [.. "Rar!"u8]),
        (FileKind.OtherArchive, [.. "7z"u8, 0xbc, 0xaf, 0x27, 0x1c]),
        (FileKind.OtherArchive, [0xfd, .. "7zXZ\0"u8]),
        (FileKind.OtherArchive, [.. "BZh"u8]),
        (FileKind.OtherArchive, [0x28, 0xb5, 0x2f, 0xfd]),
        (FileKind.Pickle, [0x80, 2]),
        (FileKind.Pickle, [0x80, 3]),
        (FileKind.Pickle, [0x80, 4]),
        (FileKind.Pickle, [0x80, 5]),
    ];

    /// <summary>The kind of a file that begins with these bytes; <see cref="HeadLength"/> of them, or all that it has.</summary>
    public static FileKind Of(ReadOnlySpan<byte> head)
    {
        foreach ((FileKind kind, byte[] signature) in Signatures)
            if (head.StartsWith(signature) && !IsTextOf(kind, head)) return kind;
        if (head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8)) return FileKind.Picture;
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8)) return OfBrand(Encoding.ASCII.GetString(head[8..12]));
        return TarHeader.IsOne(head) ? FileKind.Tar : FileKind.Unknown;
    }

    /// <summary>What <see cref="TextIn"/> says of a file of Git's large file storage that was not fetched.</summary>
    internal const string LfsPointer = "a pointer of Git LFS; fetch the file itself (git lfs pull)";

    /// <summary>What people save in place of a download, by its first letters, in words; null for anything else.</summary>
    public static string? TextIn(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf, .. " \t\r\n"u8]);
        if (text.StartsWith("version https://git-lfs"u8)) return LfsPointer;
        if (text.StartsWith("<svg"u8)) return "an SVG drawing, which is not read; send it as PNG";
        if (text.StartsWith("<"u8)) return "a web page or XML, perhaps one that asks to sign in; open it in a browser to see";
        bool isJson = text.StartsWith("{"u8) || text.StartsWith("["u8);
        return isJson ? "JSON, perhaps an error of the server that it was downloaded from; open it to see" : null;
    }

    // Two letters begin many a text; the header of a BMP goes on with zeros at 6 to 9.
    private static bool IsTextOf(FileKind kind, ReadOnlySpan<byte> head) =>
        kind == FileKind.Picture && head.StartsWith("BM"u8) && (head.Length < 10 || BinaryPrimitives.ReadInt32LittleEndian(head[6..]) != 0);

    // ISO/IEC 23008-12 and the AV1 image format number them so.
    private static FileKind OfBrand(string brand) => brand switch
    {
        "avif" or "avis" => FileKind.Avif,
        "heic" or "heix" or "hevc" or "hevx" or "heim" or "heis" or "mif1" or "msf1" => FileKind.Heic,
        _ => FileKind.Unknown,
    };
}
