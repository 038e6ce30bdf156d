using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using CnnService.Api.Tests.Pictures;

namespace CnnService.Api.Tests.Datasets;

/// <summary>Small archives of each kind that can be uploaded.</summary>
internal static class Archives
{
    /// <summary>Two classes of two colour pictures.</summary>
    public static byte[] CatsAndDogs => Zip(("dogs/1.png", Colour(1)), ("cats/2.png", Colour(2)), ("cats/1.png", Colour(3)), ("dogs/2.png", Colour(4)));

    /// <summary>A PNG in colour, each number another.</summary>
    public static byte[] Colour(int number, int size = PictureFiles.Side) =>
        PictureFiles.Png(2, [.. Enumerable.Range(0, 3 * size * size).Select(i => (byte)(i * 7 + i % 3 * 40 + number))], width: size, height: size);

    /// <summary>A PNG of one grey level.</summary>
    public static byte[] Grey(byte level) => PictureFiles.Png(0, [.. Enumerable.Repeat(level, PictureFiles.Side * PictureFiles.Side)]);

    /// <summary>A file that came as a case with its right answer.</summary>
    public static byte[] Case(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Datasets", "Cases", file));

    /// <summary>CIFAR records with the labels i % 10, or all with the given one.</summary>
    public static byte[] Cifar(int records, byte? label = null)
    {
        byte[] file = new byte[records * 3073];
        for (int i = 0; i < file.Length; i++) file[i] = i % 3073 == 0 ? label ?? (byte)(i / 3073 % 10) : (byte)(i * 31 + i / 3073);
        return file;
    }

    /// <summary>An IDX file of 28x28 images.</summary>
    public static byte[] IdxImages(int count) => [.. Numbers(0x803, count, 28, 28), .. Enumerable.Range(0, count * 28 * 28).Select(i => (byte)(i + i / 784))];

    /// <summary>An IDX file of labels i % 10.</summary>
    public static byte[] IdxLabels(int count) => [.. Numbers(0x801, count), .. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];

    /// <summary>A .zip of files; a name that ends in / is a folder.</summary>
    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>A .zip with a symbolic link as Unix writes it.</summary>
    public static byte[] ZipWithLink()
    {
        var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("cats/1.png").ExternalAttributes = unchecked((int)0xA1FF0000);
        return packed.ToArray();
    }

    /// <summary>A .tar.gz of files.</summary>
    public static byte[] TarGz(params (string Name, byte[] Content)[] files) =>
        TarGz([.. files.Select(file => new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = new MemoryStream(file.Content) })]);

    /// <summary>A .tar.gz of any entries.</summary>
    public static byte[] TarGz(params TarEntry[] entries)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        using (var tar = new TarWriter(gzip))
            foreach (TarEntry entry in entries) tar.WriteEntry(entry);
        return packed.ToArray();
    }

    private static byte[] Numbers(params int[] numbers)
    {
        byte[] bytes = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }
}
