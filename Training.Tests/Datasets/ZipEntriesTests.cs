using System.IO.Compression;
using System.Text;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using static CnnService.Training.Tests.Datasets.SampleFiles;

namespace CnnService.Training.Tests.Datasets;

public sealed class ZipEntriesTests
{
    [Fact]
    public void Read_CifarOrIdx_IsTheSameAsFromTar()
    {
        (string, byte[])[] cifar = [("a/data_batch_1.bin", Cifar(2)), ("a/test_batch.bin", Cifar(1))];
        Assert.Equal(Dataset.Read(new MemoryStream(TarGz(cifar)), "a.tar.gz").Sha256, Read(Zip(cifar)).Sha256);

        (string, byte[])[] idx = [("train-images-idx3-ubyte", IdxImages(3)), ("train-labels-idx1-ubyte.gz", Gzip(IdxLabels(3)))];
        Assert.Equal(Dataset.Read(new MemoryStream(TarGz(idx)), "a.tar.gz").Sha256, Read(Zip(idx)).Sha256);
    }

    [Fact]
    public void Read_ArchiveCutOffAnywhere_IsRefused()
    {
        byte[] archive = Zip(("data_batch_1.bin", Cifar(2)));
        for (int length = 0; length < archive.Length; length += length < 64 || length > archive.Length - 64 ? 1 : 37)
            Assert.Throws<InvalidInputException>(() => Read(archive[..length]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_LastPartOfASplitArchive_SaysToJoinThem(bool directoryBegunBefore)
    {
        byte[] archive = Zip(("data_batch_1.bin", Cifar(2)));
        archive[^18] = 3; // "number of this disk" in the record of 22 bytes at the end
        archive[^16] = (byte)(directoryBegunBefore ? 2 : 3);

        Assert.Contains("join a split one", Assert.Throws<InvalidInputException>(() => Read(archive)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ArchiveDamagedAnywhere_IsTheSameOrRefused()
    {
        byte[] whole = Zip(("data_batch_1.bin", Cifar(2)));
        string sha256 = Read(whole).Sha256;
        for (int position = 0; position < whole.Length; position += position > whole.Length - 200 ? 1 : 11)
        {
            byte[] damaged = [.. whole];
            damaged[position] ^= (byte)(1 << (position % 8));
            Dataset? read = null;
            Exception? thrown = Record.Exception(() => read = Read(damaged));
            Assert.True(thrown is InvalidInputException || read?.Sha256 == sha256, $"byte {position}: {thrown}");
        }
    }

    [Theory]
    [InlineData("/data_batch_2.bin")]
    [InlineData("../data_batch_2.bin")]
    [InlineData("a\\..\\..\\data_batch_2.bin")]
    [InlineData("C:\\data_batch_2.bin")]
    [InlineData("inner.zip")]
    public void Read_EntryWithBadName_IsRefused(string name) =>
        Assert.Contains($"\"{name}\"", Assert.Throws<InvalidInputException>(() => Read(Zip(("data_batch_1.bin", Cifar(1)), (name, Cifar(1))))).Reason, StringComparison.Ordinal);

    [Fact]
    public void Read_Link_IsRefused()
    {
        var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("data_batch_1.bin").ExternalAttributes = unchecked((int)0xA1FF0000);
        Assert.Contains("is a link", Assert.Throws<InvalidInputException>(() => Read(packed.ToArray())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TooManyEntries_AreRefusedBeforeTheDirectoryIsRead()
    {
        byte[] signatures = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("PK\u0001\u0002", DatasetFiles.EntryLimit + 1)));
        Assert.Contains("entries", Assert.Throws<InvalidInputException>(() => Read(signatures)).Reason, StringComparison.Ordinal);
        Assert.Contains("directory", Assert.Throws<InvalidInputException>(() => Read(signatures[..^4])).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ContentFarLargerThanItsFile_IsRefused() => Assert.Contains(
        "over 200 times",
        Assert.Throws<InvalidInputException>(() => Read(Zip(("data_batch_1.bin", new byte[6000 * RecordLength])))).Reason,
        StringComparison.Ordinal);

    [Fact]
    public void Crc32_OfDigits_IsTheKnownCheckValue() => Assert.Equal(0xCBF43926, ~Crc32.Append(uint.MaxValue, "123456789"u8)); // from the CRC catalogue, CRC-32/ISO-HDLC

    private static Dataset Read(byte[] archive) => Dataset.Read(new MemoryStream(archive), "upload.zip");
}
