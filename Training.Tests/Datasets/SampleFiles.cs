using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace CnnService.Training.Tests.Datasets;

/// <summary>Small files in the layouts that the formats read.</summary>
internal static class SampleFiles
{
    public const int RecordLength = 3073;

    /// <summary>CIFAR records: record i has the label (first + i) % 10, and its pixel j is a function of both.</summary>
    public static byte[] Cifar(int records, int first = 0)
    {
        byte[] file = new byte[records * RecordLength];
        for (int i = 0; i < records; i++)
        {
            file[i * RecordLength] = (byte)((first + i) % 10);
            for (int j = 1; j < RecordLength; j++) file[i * RecordLength + j] = (byte)(Mix((uint)((first + i) * RecordLength + j)) >> 24);
        }

        return file;
    }

    /// <summary>An IDX file of images whose pixels differ.</summary>
    public static byte[] IdxImages(int count, int size = 28, uint magic = 0x803)
    {
        byte[] pixels = new byte[count * size * size];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)(1 + Mix((uint)i) % 255);
        return [.. Header(magic, count, size, size), .. pixels];
    }

    /// <summary>An IDX file of labels i % 10.</summary>
    public static byte[] IdxLabels(int count, uint magic = 0x801) => [.. Header(magic, count), .. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];

    /// <summary>A .tar.gz archive of files in the given order.</summary>
    public static byte[] TarGz(params (string Name, byte[] Content)[] files) =>
        TarGz([.. files.Select(file => new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = new MemoryStream(file.Content) })]);

    /// <summary>A .tar.gz archive of any entries.</summary>
    public static byte[] TarGz(params TarEntry[] entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            foreach (TarEntry entry in entries) writer.WriteEntry(entry);
        return Gzip(tar.ToArray());
    }

    /// <summary>A .zip archive of files in the given order.</summary>
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

    public static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(content);
        return packed.ToArray();
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A folder of real data, named by CNN_DATA or found as shared/data beside the repository; the test is skipped without one.</summary>
    public static string RealData(string name)
    {
        string? folder = Environment.GetEnvironmentVariable("CNN_DATA");
        for (DirectoryInfo? above = new(AppContext.BaseDirectory); folder is null && above is not null; above = above.Parent)
            if (File.Exists(Path.Combine(above.FullName, "CnnService.sln"))) folder = Path.Combine(above.FullName, "..", "shared", "data");

        string path = Path.Combine(folder ?? ".", name);
        if (!Path.Exists(path)) Assert.Skip($"{name} is not there; set CNN_DATA to the folder that holds it.");
        return path;
    }

    private static byte[] Header(params ReadOnlySpan<uint> numbers)
    {
        byte[] header = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 * i), numbers[i]);
        return header;
    }

    private static byte[] Header(uint magic, params int[] extents) => Header([magic, .. extents.Select(extent => (uint)extent)]);

    private static uint Mix(uint value) => unchecked((value + 1) * 2654435769u);
}

/// <summary>A folder for one test, deleted after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cnn-datasets-");

    public string Path => folder.FullName;

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
