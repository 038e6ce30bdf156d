using System.Formats.Tar;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using static CnnService.Training.Tests.Datasets.SampleFiles;

namespace CnnService.Training.Tests.Datasets;

public sealed class DatasetFilesTests
{
    private const int BlockLength = 512;

    private static PaxTarEntry Batch => Entry("data_batch_1.bin", Cifar(2));

    [Fact]
    public void Read_ArchiveCutOffAnywhere_IsRefused()
    {
        byte[] archive = TarGz(("data_batch_1.bin", Cifar(2)), ("test_batch.bin", Cifar(1)));
        for (int length = 0; length < archive.Length; length += length < 64 || length > archive.Length - 64 ? 1 : 37)
        {
            int cut = length;
            InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(archive[..cut]));
            Assert.Equal("upload.tar.gz", refused.Part);
        }
    }

    [Fact]
    public void Read_TarCutOffInsideWholeGzip_IsRefused()
    {
        byte[] tar = Tar(Batch);
        int content = tar.AsSpan().IndexOf(Cifar(2)); // after the entry's headers
        foreach (int length in (int[])[100, 512, 1000, content, content + 1000, content + RecordLength])
            Assert.Throws<InvalidInputException>(() => Read(Gzip(tar[..length])));
    }

    [Fact]
    public void Read_SeveralGzipMembersOrPadding_IsReadAsGzipReadsIt()
    {
        byte[] tar = Tar(Batch);
        string sha256 = Read(Gzip(tar)).Sha256;
        Assert.Equal(sha256, Read([.. Gzip(tar[..700]), .. Gzip(tar[700..])]).Sha256);
        Assert.Equal(sha256, Read([.. Gzip(tar), .. new byte[10_240]]).Sha256);
        byte[] second = Gzip(tar[700..]);
        Assert.Contains("cut off", Assert.Throws<InvalidInputException>(() => Read([.. Gzip(tar[..700]), .. second[..^1]])).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ArchiveDamagedAnywhere_IsReadOrRefused()
    {
        byte[] whole = TarGz(("data_batch_1.bin", Cifar(2)), ("batches.meta.txt", Text("a\nb")));
        for (int position = 0; position < whole.Length; position += 11)
        {
            byte[] damaged = [.. whole];
            damaged[position] ^= (byte)(1 << (position % 8));
            Exception? thrown = Record.Exception(() => Read(damaged));
            Assert.True(thrown is null or InvalidInputException, $"byte {position}: {thrown}");
        }
    }

    [Fact]
    public void Read_HeadersDamagedUnderAValidChecksum_AreReadOrRefused()
    {
        byte[] tar = Tar(Batch); // the extended header, its content, and the header of the file
        for (int position = 0; position < 3 * BlockLength; position++)
        {
            foreach (byte value in (byte[])[0, 0x20, (byte)'7', (byte)'x', 0x80, 0xff])
            {
                byte[] damaged = [.. tar];
                damaged[position] = value;
                SetChecksum(damaged, position / BlockLength == 1 ? 0 : position / BlockLength * BlockLength);
                Exception? thrown = Record.Exception(() => Read(Gzip(damaged)));
                Assert.True(thrown is null or InvalidInputException, $"byte {position} = {value}: {thrown}");
            }
        }
    }

    // Of an extended header all would be held in memory.
    [Theory]
    [InlineData('x')]
    [InlineData('L')]
    public void Read_ExtendedHeaderThatPromisesMuch_IsRefusedBeforeItIsRead(char type)
    {
        byte[] tar = Tar(Batch);
        tar[156] = (byte)type;
        Text("00777777777").CopyTo(tar, 124); // 134 MB, in octal digits
        SetChecksum(tar, 0);

        long before = GC.GetAllocatedBytesForCurrentThread();
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Dataset.Read(new MemoryStream(tar), "upload.tar"));

        Assert.Contains("extended header has 134217727 bytes", refused.Reason, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 << 20);
    }

    [Theory]
    [InlineData("not gzip at all")]
    [InlineData("")]
    public void Read_NoArchive_IsRefused(string content) =>
        Assert.Equal("upload.tar.gz", Assert.Throws<InvalidInputException>(() => Read(Text(content))).Part);

    [Fact]
    public void Read_GzipWithoutTar_IsRefused() =>
        Assert.Equal("upload.tar.gz", Assert.Throws<InvalidInputException>(() => Read(Gzip(Cifar(1)))).Part);

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void Read_EntryThatIsNoFile_IsRefused(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "data_batch_2.bin");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = "/etc/passwd";

        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(TarGz(Batch, entry)));
        Assert.Contains("\"data_batch_2.bin\"", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/data_batch_2.bin")]
    [InlineData("../data_batch_2.bin")]
    [InlineData("a/../../data_batch_2.bin")]
    [InlineData("a\\..\\..\\data_batch_2.bin")]
    [InlineData("./../a/data_batch_2.bin")]
    [InlineData("C:\\data_batch_2.bin")]
    [InlineData("inner.tar.gz")]
    [InlineData("inner.zip")]
    public void Read_EntryWithBadName_IsRefused(string name)
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(TarGz(Batch, Entry(name, Cifar(1)))));
        Assert.Equal("upload.tar.gz", refused.Part);
        Assert.Contains($"\"{name}\"", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/../data_batch_2.bin")]
    [InlineData("a\\b\\..\\..\\data_batch_2.bin")]
    [InlineData("./a/../a/data_batch_2.bin")]
    public void Read_EntryWhosePathStaysInside_IsRead(string name) =>
        Assert.Equal(3, Read(TarGz(Batch, Entry(name, Cifar(1)))).Train.Count);

    [Fact]
    public void Read_FoldersAndDottedNames_AreLeftOut()
    {
        Dataset dataset = Read(TarGz(new PaxTarEntry(TarEntryType.Directory, "./"), new PaxTarEntry(TarEntryType.Directory, "a/"),
            Entry("./a/._data_batch_1.bin", [1]), Entry("./a/data_batch_1.bin", Cifar(2))));
        Assert.Equal(2, dataset.Train.Count);
    }

    [Fact]
    public void Read_TooManyEntries_AreRefused()
    {
        var entry = new UstarTarEntry(TarEntryType.RegularFile, "a");
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(TarGz([.. Enumerable.Repeat(entry, 200_001)])));
        Assert.Matches("entries|200 times", refused.Reason);
    }

    [Fact]
    public void Read_ContentFarLargerThanItsFile_IsRefused()
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(TarGz(("data_batch_1.bin", new byte[6000 * RecordLength]))));
        Assert.Contains("over 200 times", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ContentLimit_OneByteOver_IsRefused()
    {
        var limit = new ContentLimit(bytes: 100);
        var first = new ContentStream(new MemoryStream(new byte[60]), "first", limit);
        var second = new ContentStream(new MemoryStream(new byte[41]), "second", limit);

        first.ReadExactly(new byte[60]);
        second.ReadExactly(new byte[40]);
        Assert.Equal("second", Assert.Throws<InvalidInputException>(() => second.ReadByte()).Part);
    }

    [Fact]
    public void Read_StreamThatFails_PassesItsExceptionOn()
    {
        using var failing = new FailingStream();
        Assert.Same(failing.Failure, Assert.Throws<IOException>(() => Dataset.Read(failing, "upload.tar.gz")));
    }

    [Fact]
    public void Read_Stream_IsLeftOpenAndReadToItsEnd()
    {
        using var stream = new MemoryStream(TarGz(Batch));
        Dataset.Read(stream, "upload.tgz");
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void Read_UnknownName_ListsTheKnownFormats()
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Dataset.Read(new MemoryStream([1, 2, 3]), "holiday.jpg"));
        Assert.Equal("holiday.jpg", refused.Part);
        Assert.Contains("CIFAR-10 binary", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("IDX", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NothingThere_IsRefused() => Assert.Contains(
        "no such file", Assert.Throws<InvalidInputException>(() => Dataset.Open(Path.Combine(Path.GetTempPath(), "no-such-folder"))).Reason, StringComparison.Ordinal);

    [Fact]
    public void Open_EmptyFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidInputException>(() => Dataset.Open(folder.Path));
    }

    private static Dataset Read(byte[] archive) => Dataset.Read(new MemoryStream(archive), "upload.tar.gz");

    private static PaxTarEntry Entry(string name, byte[] content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    private static byte[] Tar(PaxTarEntry entry)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true)) writer.WriteEntry(entry);
        return tar.ToArray();
    }

    /// <summary>A connection that breaks.</summary>
    private sealed class FailingStream : MemoryStream
    {
        public IOException Failure { get; } = new("The connection was closed.");

        public override int Read(Span<byte> buffer) => throw Failure;

        public override int Read(byte[] buffer, int offset, int count) => throw Failure;
    }

    // The sum of a header's bytes, where the checksum itself counts as blanks.
    private static void SetChecksum(byte[] tar, int header)
    {
        const int start = 148, length = 8;
        Span<byte> block = tar.AsSpan(header, BlockLength), checksum = block.Slice(start, length);
        checksum.Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block) sum += value;
        Text(Convert.ToString(sum, 8).PadLeft(6, '0')).CopyTo(checksum);
        checksum[6] = 0;
    }
}
