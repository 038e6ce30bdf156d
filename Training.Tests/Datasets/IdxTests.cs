using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using static CnnService.Training.Tests.Datasets.SampleFiles;

namespace CnnService.Training.Tests.Datasets;

public sealed class IdxTests
{
    private const string Images = "train-images-idx3-ubyte", Labels = "train-labels-idx1-ubyte";

    private static readonly (string Name, byte[] Content)[] Four =
    [
        ("t10k-images-idx3-ubyte", IdxImages(3)), ("t10k-labels-idx1-ubyte", IdxLabels(3)),
        (Images, IdxImages(12)), (Labels, IdxLabels(12)),
    ];

    [Fact]
    public void Open_PlainPackedFilesAndArchive_AreTheSameDataset()
    {
        using TemporaryFolder plain = new(), packed = new();
        string[] files = [.. Four.Select(file => plain.Write(file.Name, file.Content))];
        foreach ((string name, byte[] content) in Four) packed.Write(name + ".gz", Gzip(content));
        packed.Write("LICENSE", Text("free"));

        Dataset expected = Dataset.Open(plain.Path);
        Assert.Equal((12, 3), (expected.Train.Count, expected.Test.Count));
        Assert.Equal(expected.Sha256, Dataset.Open(packed.Path).Sha256);
        Assert.Equal(expected.Sha256, Dataset.Open(files).Sha256);
        Assert.Equal(expected.Sha256, Dataset.Read(new MemoryStream(TarGz(Four)), "mnist.tar.gz").Sha256);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    public void Read_Images28x28_HaveABorderOfTwoZeros(int count)
    {
        byte[] file = IdxImages(count);
        Dataset dataset = Read((Images, file), (Labels, IdxLabels(count)));

        Assert.Equal(new Shape(1, 32, 32), dataset.Shape);
        Assert.Equal(count, dataset.Train.Count);
        for (int i = 0; i < count; i++)
        {
            byte[] expected = new byte[1024];
            for (int y = 0; y < 28; y++) file.AsSpan(16 + i * 784 + y * 28, 28).CopyTo(expected.AsSpan((y + 2) * 32 + 2));
            Assert.True(dataset.Train[i].SequenceEqual(expected), $"image {i}");
        }
    }

    [Fact]
    public void Read_Images32x32_AreTakenAsTheyAre()
    {
        byte[] file = IdxImages(5, size: 32);
        Dataset dataset = Read((Images, file), (Labels, IdxLabels(5)));
        for (int i = 0; i < 5; i++) Assert.True(dataset.Train[i].SequenceEqual(file.AsSpan(16 + i * 1024, 1024)));
        Assert.Equal([0, 1, 2, 3, 4], dataset.Train.Labels.ToArray());
    }

    [Fact]
    public void Read_OneClassMoreThanTen_NeedsNames()
    {
        byte[] labels = IdxLabels(3);
        labels[9] = 10;
        Assert.Equal("the label at byte 9 is 10; with 10 classes it is 0 to 9. Where there are other classes, name them in a file labels.txt, one a line, 11 of them: labels count from 0.", Refused(Labels, (Images, IdxImages(3)), (Labels, labels)));

        string names = string.Join('\n', Enumerable.Range(0, 11).Select(i => $"class {i}"));
        Dataset dataset = Read((Images, IdxImages(3)), (Labels, labels), ("labels.txt", Text(names)));
        Assert.Equal("class 10", dataset.Labels[10]);
    }

    [Fact]
    public void Read_ImagesCutOffAnywhere_SayHowManyBytesAreMissing()
    {
        byte[] file = IdxImages(2);
        foreach (int length in (int[])[0, 1, 3, 4, 15, 16, 17, 783, 800, 1583])
            Assert.Contains($"ends after {length} bytes", Refused(Images, (Images, file[..length]), (Labels, IdxLabels(2))), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LabelsCutOffAnywhere_SayHowManyBytesAreMissing()
    {
        byte[] file = IdxLabels(20);
        for (int length = 0; length < file.Length; length++)
            Assert.Contains($"ends after {length} bytes", Refused(Labels, (Images, IdxImages(20)), (Labels, file[..length])), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OneByteTooMany_IsRefused()
    {
        Assert.Contains("goes on after byte 1584", Refused(Images, (Images, [.. IdxImages(2), 0]), (Labels, IdxLabels(2))), StringComparison.Ordinal);
        Assert.Contains("goes on after byte 10", Refused(Labels, (Images, IdxImages(2)), (Labels, [.. IdxLabels(2), 0])), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BadMagic_SaysWhatIsWanted()
    {
        Assert.Contains("begins with 00000801", Refused(Images, (Images, IdxImages(2, magic: 0x801)), (Labels, IdxLabels(2))), StringComparison.Ordinal);
        Assert.Contains("begin with 00000801", Refused(Labels, (Images, IdxImages(2)), (Labels, IdxLabels(2, magic: 0xD01))), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherSize_SaysWhichCanBeRead() =>
        Assert.Contains("33x33, and 32x32 are wanted; upload it with the size 33", Refused(Images, (Images, IdxImages(2, size: 33)), (Labels, IdxLabels(2))), StringComparison.Ordinal);

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x80)]
    public void Read_NoImagesOrCountOutOfRange_IsRefused(byte firstByteOfCount)
    {
        byte[] file = IdxImages(0);
        file[4] = firstByteOfCount;
        Assert.Contains("dimensions", Refused(Images, (Images, file), (Labels, IdxLabels(2))), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HeaderThatPromisesTwoBillionImages_IsRefusedWithoutTheirMemory()
    {
        byte[] file = IdxImages(2);
        file[4] = 0x7f;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(Images, (Images, file), (Labels, IdxLabels(2)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Read_UnequalCounts_NamesBothFiles()
    {
        string reason = Refused(Labels, (Images, IdxImages(3)), (Labels, IdxLabels(4)));
        Assert.Equal($"it has 4 labels for the 3 images of {Images}.", reason);
    }

    [Fact]
    public void Read_HalfAPair_SaysWhatIsMissing()
    {
        Assert.Contains("images but no labels", Refused(Images, (Images, IdxImages(3))), StringComparison.Ordinal);
        Assert.Contains("labels but no images", Refused(Labels, (Labels, IdxLabels(3))), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TestPartAlone_IsRefused() =>
        Assert.Contains("no training images", Refused("upload.tar.gz", Four[0], Four[1]), StringComparison.Ordinal);

    [Fact]
    public void Read_PartTwiceWithOtherBytes_IsRefused() => Assert.Contains(
        $"already, from {Images}",
        Refused(Images + ".gz", (Images, IdxImages(3)), (Images + ".gz", Gzip(IdxImages(4))), (Labels, IdxLabels(3))),
        StringComparison.Ordinal);

    [Fact]
    public void Read_PartTwiceWithTheSameBytes_IsTakenOnce() => Assert.Equal(
        Read((Images, IdxImages(3)), (Labels, IdxLabels(3))).Sha256,
        Read((Images, IdxImages(3)), (Images + ".gz", Gzip(IdxImages(3))), (Labels, IdxLabels(3)), (Labels + ".gz", Gzip(IdxLabels(3)))).Sha256);

    [Fact]
    public void Open_GzipCutOffAnywhere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] packed = Gzip(IdxImages(2));
        folder.Write(Labels, IdxLabels(2));
        for (int length = 0; length < packed.Length; length += length < 32 || length > packed.Length - 32 ? 1 : 13)
        {
            folder.Write(Images + ".gz", packed[..length]);
            Assert.Equal(Images + ".gz", Assert.Throws<InvalidInputException>(() => Dataset.Open(folder.Path)).Part);
        }
    }

    [Fact]
    public void Open_RealFolder_HasItsCounts()
    {
        Dataset dataset = Dataset.Open(RealData("fashion-mnist"));

        Assert.Equal((20_000, 4_000), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal(new Shape(1, 32, 32), dataset.Shape);
        Assert.Equal(10, dataset.Labels.Count);
    }

    private static Dataset Read(params (string Name, byte[] Content)[] files) => Dataset.Read(new MemoryStream(TarGz(files)), "upload.tar.gz");

    private static string Refused(string part, params (string Name, byte[] Content)[] files)
    {
        InvalidInputException refused = Assert.Throws<InvalidInputException>(() => Read(files));
        Assert.Equal(part, refused.Part);
        return refused.Reason;
    }
}
