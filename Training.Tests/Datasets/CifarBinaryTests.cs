using System.Formats.Tar;
using System.Text;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using static CnnService.Training.Tests.Datasets.SampleFiles;

namespace CnnService.Training.Tests.Datasets;

public sealed class CifarBinaryTests
{
    private static readonly byte[] Names = Text("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");

    private static readonly (string Name, byte[] Content)[] Archive =
    [
        ("cifar-10-batches-bin/test_batch.bin", Cifar(3, first: 90)),
        ("cifar-10-batches-bin/data_batch_2.bin", Cifar(4, first: 20)),
        ("cifar-10-batches-bin/batches.meta.txt", Names),
        ("cifar-10-batches-bin/data_batch_1.bin", Cifar(7, first: 5)),
        ("cifar-10-batches-bin/readme.html", Text("<html/>")),
    ];

    [Fact]
    public void Read_Archive_HasBatchesInOrderOfTheirNames()
    {
        Dataset dataset = Read(TarGz(Archive));

        byte[] expected = [.. Cifar(7, first: 5), .. Cifar(4, first: 20)];
        Assert.Equal(new Shape(3, 32, 32), dataset.Shape);
        Assert.Equal((11, 3), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal([5, 6, 7, 8, 9, 0, 1, 0, 1, 2, 3], dataset.Train.Labels.ToArray());
        Assert.Equal([0, 1, 2], dataset.Test.Labels.ToArray());
        for (int i = 0; i < 11; i++)
            Assert.True(dataset.Train[i].SequenceEqual(expected.AsSpan(i * RecordLength + 1, RecordLength - 1)), $"image {i}");
        Assert.True(dataset.Test[2].SequenceEqual(Cifar(1, first: 92).AsSpan(1)));
        Assert.Equal(("airplane", "truck", 10), (dataset.Labels[0], dataset.Labels[9], dataset.Labels.Count));
    }

    [Fact]
    public void Open_ArchiveFolderAndFiles_AreTheSameDataset()
    {
        using var folder = new TemporaryFolder();
        string archive = folder.Write("cifar.tar.gz", TarGz(Archive));
        string[] files = [.. Archive.Select(file => folder.Write(Path.GetFileName(file.Name), file.Content))];

        string expected = Dataset.Open(archive).Sha256;
        Assert.Equal(expected, Dataset.Open(folder.Path).Sha256);
        Assert.Equal(expected, Dataset.Open(folder.Path + Path.DirectorySeparatorChar).Sha256);
        Assert.Equal(expected, Dataset.Open(files).Sha256);
        Assert.Equal(expected, Read(TarGz([.. Archive.Reverse()])).Sha256);
        Assert.Equal(expected, Read(TarGz([.. Archive.Select(file => (file.Name == Archive[0].Name ? file.Name + ".gz" : file.Name,
            file.Name == Archive[0].Name ? Gzip(file.Content) : file.Content))])).Sha256);
    }

    [Fact]
    public void Open_SingleFile_IsTrainingWithDigitNames()
    {
        using var folder = new TemporaryFolder();
        Dataset dataset = Dataset.Open(folder.Write("pictures.bin", Cifar(12)));

        Assert.Equal((12, 0), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], dataset.Labels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(2048)]
    public void Read_AnyRecordCount_HasEveryRecord(int count)
    {
        byte[] file = Cifar(count);
        Dataset dataset = Dataset.Read(new MemoryStream(file), "a.bin");

        Assert.Equal(count, dataset.Train.Count);
        for (int i = 0; i < count; i++) Assert.True(dataset.Train[i].SequenceEqual(file.AsSpan(i * RecordLength + 1, RecordLength - 1)));
    }

    [Fact]
    public void Read_FileCutOffAnywhere_SaysWhichRecord()
    {
        byte[] file = Cifar(3);
        foreach (int length in (int[])[1, 2, 3072, 3074, 6145, 6147, 9218])
        {
            InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Dataset.Read(new MemoryStream(file, 0, length), "a.bin"));
            Assert.Equal("a.bin", refused.Part);
            Assert.Contains($"{length} bytes", refused.Reason, StringComparison.Ordinal);
            Assert.Contains($"at byte {length / RecordLength * RecordLength} has only {length % RecordLength}", refused.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_OneByteTooMany_IsRefused() =>
        Assert.Contains("the one at byte 6146 has only 1", Refused([.. Cifar(2), 0]).Reason, StringComparison.Ordinal);

    [Fact]
    public void Read_EmptyFile_IsRefused() => Assert.Contains("empty", Refused([]).Reason, StringComparison.Ordinal);

    [Fact]
    public void Read_LabelWithoutName_SaysWhereItIs()
    {
        byte[] file = Cifar(5);
        file[3 * RecordLength] = 10;
        Assert.Equal("the label at byte 9219 is 10; with 10 classes it is 0 to 9.", Refused(file).Reason);
    }

    [Fact]
    public void Read_FewerNamesThanLabels_IsRefused()
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(
            () => Read(TarGz(("data_batch_1.bin", Cifar(4)), ("batches.meta.txt", Text("a\r\nb\r\nc\r\n")))));
        Assert.Equal("data_batch_1.bin", refused.Part);
        Assert.Contains("is 3; with 3 classes it is 0 to 2", refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("a\nb\na\n")]
    public void Read_UnusableNames_AreRefused(string names) => Assert.Equal(
        "batches.meta.txt",
        Assert.Throws<InvalidInputException>(() => Read(TarGz(("batches.meta.txt", Text(names)), ("data_batch_1.bin", Cifar(4))))).Part);

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Read_NamesWithAByteOrderMark_AreReadWithoutIt(string encoding)
    {
        Encoding with = Encoding.GetEncoding(encoding);
        byte[] names = [.. with.GetPreamble(), .. with.GetBytes(string.Join("\r\n", Enumerable.Range(0, 10).Select(label => $"Kätzchen {label}")) + "\r\n")];
        Dataset dataset = Dataset.Read(new MemoryStream(Zip(("data_batch_1.bin", Cifar(10)), ("batches.meta.txt", names))), "a.zip");
        Assert.Equal(Enumerable.Range(0, 10).Select(label => $"Kätzchen {label}"), dataset.Labels);
    }

    [Theory]
    [InlineData("iso-8859-1")]
    [InlineData("utf-16")] // without its mark
    public void Read_NamesInNoUnicode_AreRefused(string encoding)
    {
        byte[] names = Encoding.GetEncoding(encoding).GetBytes("Kätzchen");
        byte[] archive = Zip(("data_batch_1.bin", Cifar(1)), ("batches.meta.txt", names));
        Assert.Contains(
            "save it as UTF-8", Assert.Throws<InvalidInputException>(() => Dataset.Read(new MemoryStream(archive), "a.zip")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NamesTooLong_AreRefused() => Assert.Equal(
        "batches.meta.txt",
        Assert.Throws<InvalidInputException>(() => Read(TarGz(("batches.meta.txt", new byte[65536]), ("data_batch_1.bin", Cifar(4))))).Part);

    [Theory]
    [InlineData("data_batch_1.bin")]
    [InlineData("batches.meta.txt")]
    public void Read_FileTwiceWithOtherBytes_IsRefused(string name)
    {
        (byte[] first, byte[] second) = name == "batches.meta.txt" ? (Names, Text("a\nb")) : (Cifar(2), Cifar(3));
        InvalidInputException refused = Assert.Throws<InvalidInputException>(
            () => Read(TarGz(("data_batch_0.bin", Cifar(1)), ("a/" + name, first), ("b/" + name, second))));
        Assert.Equal(name, refused.Part);
        Assert.Contains("second file", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileTwiceWithTheSameBytes_IsTakenOnce() => Assert.Equal(
        Read(TarGz(("data_batch_1.bin", Cifar(2)))).Sha256,
        Read(TarGz(("a/data_batch_1.bin", Cifar(2)), ("b/data_batch_1.bin", Cifar(2)))).Sha256);

    [Fact]
    public void Read_Cifar100_TakesTheFineLabels()
    {
        byte[] train = Fine(3), test = Fine(2);
        Dataset dataset = Read(TarGz(("cifar-100-binary/train.bin", train), ("cifar-100-binary/test.bin", test)));

        Assert.Equal((3, 2, 100), (dataset.Train.Count, dataset.Test.Count, dataset.Labels.Count));
        Assert.Equal([90, 91, 92], dataset.Train.Labels.ToArray());
        Assert.Equal(train[2..3074], dataset.Train[0].ToArray());

        static byte[] Fine(int records) =>
            [.. Enumerable.Range(0, records).SelectMany(i => (byte[])[7, (byte)(90 + i), .. Cifar(1, i)[1..]])];
    }

    [Fact]
    public void Read_TestBatchAlone_SaysWhereTrainingImagesAreExpected()
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(TarGz(("test_batch.bin", Cifar(2)))));
        Assert.Contains("data_batch_1.bin", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RealArchive_HasItsCountsAndNames()
    {
        Dataset dataset = Dataset.Open(RealData("cifar-10-binary.tar.gz"));

        Assert.Equal((40_000, 10_000), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], dataset.Labels);
        Assert.InRange(dataset.Mean[0], 0.48, 0.50); // 0.4914, 0.4822, 0.4465 are the well-known means of CIFAR-10
        Assert.InRange(dataset.Mean[1], 0.47, 0.49);
        Assert.InRange(dataset.Mean[2], 0.44, 0.46);
    }

    private static Dataset Read(byte[] archive) => Dataset.Read(new MemoryStream(archive), "upload.tar.gz");

    private static InvalidInputException Refused(byte[] file)
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(TarGz(new PaxTarEntry(TarEntryType.RegularFile, "x/data_batch_1.bin")
        {
            DataStream = new MemoryStream(file),
        })));
        Assert.Equal("data_batch_1.bin", refused.Part);
        return refused;
    }
}
