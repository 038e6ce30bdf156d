using System.IO.Compression;

namespace CnnService.Benchmarks.Faults;

/// <summary>Archives of pictures to upload.</summary>
internal static class Archive
{
    /// <summary>A .zip of two classes; another number chooses other pictures, so that contents differ.</summary>
    public static byte[] Of(IReadOnlyList<byte[]> pictures, int number)
    {
        var random = new Random(number);
        var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < 24; i++)
            {
                using Stream entry = archive.CreateEntry($"{(i % 2 == 0 ? "even" : "odd")}/{i}.png", CompressionLevel.NoCompression).Open();
                entry.Write(pictures[random.Next(pictures.Count)]);
            }
        }

        return packed.ToArray();
    }
}
