using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>
/// Archives with wrong bytes, and files of other formats under the names of archives and pictures: nothing of them is a failure of the service, and
/// what is taken is accounted for, file by file. CNN_UPLOADS sets how many are sent: <c>CNN_UPLOADS=3000</c>, of others a sixth.
/// </summary>
public sealed class MutatedUploadsTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private static readonly int Uploads = int.Parse(Environment.GetEnvironmentVariable("CNN_UPLOADS") ?? "180", CultureInfo.InvariantCulture);
    private readonly HttpClient client = service.CreateClient();
    private const int Kinds = 6;
    private int counted; // archives whose files were counted

    [Fact]
    public async Task Upload_WithWrongBytes_IsRefusedOrAccountedFor()
    {
        var random = new Random(1);
        int taken = 0;
        for (int i = 0; i < Uploads; i++)
        {
            // Every other one has its faults before it is packed, in half of its files, so that more than its first fault is read.
            bool isInside = i % 2 == 1;
            (string name, byte[] archive) = Archive(i / 2 % Kinds, isInside ? file => random.Next(2) == 0 ? file : Mutated(file, random) : file => file);
            byte[] mutated = isInside ? archive : Mutated(archive, random);
            using HttpResponseMessage response = await client.UploadAsync($"mutated-{i}", mutated, name);
            taken += await CheckAsync(response, name, mutated, $"mutation {i} of {name}");
        }

        Assert.InRange(taken, Uploads / 10, Uploads - 1);
        Assert.InRange(counted, Uploads / 10, taken);
    }

    [Fact]
    public async Task Upload_OfFilesOfOtherFormats_IsRefusedInWords()
    {
        string[] names = ["a.zip", "a.tar.gz", "a.tar", "a.tgz", "a.bin", "train-images-idx3-ubyte", "a.gz", "a.png", "a"];
        string[] files = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => new FileInfo(file).Length is > 0 and < 4 << 20).Order(StringComparer.Ordinal)];
        for (int i = 0; i < Uploads / 6; i++)
        {
            byte[] file = await File.ReadAllBytesAsync(files[i * 7 % files.Length], TestContext.Current.CancellationToken);
            string name = names[i % names.Length], label = $"{Path.GetFileName(files[i * 7 % files.Length])} as {name}";
            using HttpResponseMessage alone = await client.UploadAsync($"alone-{i}", file, name);
            Assert.True(alone.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Created, $"{label}: {alone.StatusCode}");

            byte[] among = Zip(("cats/1.png", Colour(1)), ("dogs/1.png", Colour(2)), ($"cats/{name}", file), ($"dogs/{name}.jpg", file));
            using HttpResponseMessage response = await client.UploadAsync($"among-{i}", among);
            await CheckAsync(response, "a.zip", among, $"{label} among pictures");
        }
    }

    // 1 where it is taken.
    private async Task<int> CheckAsync(HttpResponseMessage response, string name, byte[] archive, string label)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (response.StatusCode == HttpStatusCode.BadRequest) return 0;
        Assert.True(response.StatusCode == HttpStatusCode.Created, $"{label}: {response.StatusCode} {text}");
        JsonElement report = JsonDocument.Parse(text).RootElement;
        if (report.GetProperty("layout").GetString()!.Contains("class folders", StringComparison.Ordinal) && FilesOf(name, archive) is { } files)
        {
            counted++;
            int pictures = report.GetProperty("trainImages").GetInt32() + report.GetProperty("testImages").GetInt32();
            int accounted = pictures + report.GetProperty("refusedCount").GetInt32() + report.GetProperty("ignored").GetInt32();
            Assert.True(files == accounted, $"{label}: {accounted} of {files} files are accounted for. {text}");
        }

        return 1;
    }

    // The files as the framework counts them; null where it cannot read them.
    private static int? FilesOf(string name, byte[] archive)
    {
        try
        {
            var bytes = new MemoryStream(archive);
            if (name.EndsWith(".zip", StringComparison.Ordinal))
                return new ZipArchive(bytes).Entries.Count(entry => entry.FullName[^1] is not ('/' or '\\'));
            int count = 0;
            using var tar = new TarReader(name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(bytes, CompressionMode.Decompress) : bytes);
            while (tar.GetNextEntry() is { } entry) count += entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes ? 0 : 1;
            return count;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or FormatException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    // An archive of a kind, of files that the change has gone over.
    private static (string Name, byte[] Bytes) Archive(int kind, Func<byte[], byte[]> change)
    {
        (string, byte[])[] pictures =
        [
            .. Enumerable.Range(0, 8).Select(i => ($"pets/{(i % 2 == 0 ? "cats" : "dogs")}/{i}.png", change(Colour(i)))),
            ("pets/README.md", change("pets"u8.ToArray())), ("pets/.DS_Store", [0, 1]),
        ];
        return kind switch
        {
            0 => ("a.zip", Zip(pictures)),
            1 => ("a.tar", Unpacked(TarGz(pictures))),
            2 => ("a.tar.gz", TarGz(pictures)),
            3 => ("c.tar.gz", TarGz(("data_batch_1.bin", change(Cifar(30))), ("test_batch.bin", change(Cifar(10))))),
            4 => ("i.zip", Zip(("train-images-idx3-ubyte", change(IdxImages(20))), ("train-labels-idx1-ubyte", change(IdxLabels(20))))),
            _ => ("b.bin", change(Cifar(20))),
        };
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var content = new MemoryStream();
        using (var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress)) unpacked.CopyTo(content);
        return content.ToArray();
    }

    // Up to four faults as disks, editors and transfers make them.
    private static byte[] Mutated(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int faults = random.Next(1, 5); faults > 0 && bytes.Length > 0; faults--)
        {
            int at = random.Next(bytes.Length), length = Math.Min(random.Next(1, 600), bytes.Length - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes = bytes[..at]; break;
                case 3: bytes = [.. bytes[..at], .. bytes[(at + length)..]]; break;
                case 4: bytes = [.. bytes[..(at + length)], .. bytes[at..]]; break;
                case 5: Array.Clear(bytes, at, length); break;
                default: random.NextBytes(bytes.AsSpan(at, Math.Min(length, 8))); break;
            }
        }

        return bytes;
    }
}
