using System.Security.Cryptography;
using CnnService.Training.Datasets;
using static CnnService.Training.Tests.Datasets.SampleFiles;

namespace CnnService.Training.Tests.Datasets;

public sealed class DatasetContentTests
{
    private static readonly Dataset Sample = Dataset.Read(
        new MemoryStream(TarGz(("data_batch_1.bin", Cifar(1030)), ("test_batch.bin", Cifar(3, first: 5)), ("batches.meta.txt", Text("a\nb\nc\nd\ne\nf\ng\nh\ni\nj ü")))), "a.tar.gz");

    [Fact]
    public void WriteTo_Content_HasTheHashOfTheDataset() => Assert.Equal(Sample.Sha256, Convert.ToHexStringLower(SHA256.HashData(Content())));

    [Fact]
    public void ReadFrom_WhatWasWritten_IsTheSameDataset()
    {
        var read = Dataset.ReadFrom(new MemoryStream(Content()));
        Assert.Equal(Sample.Sha256, read.Sha256);
        Assert.Equal(Sample.Labels, read.Labels);
        Assert.Equal(Sample.Mean, read.Mean);
    }

    [Fact]
    public void ReadFrom_ContentCutOffOrTooLong_IsRefused()
    {
        byte[] content = Content();
        for (int length = 0; length < content.Length; length += length < 200 ? 1 : 99_991)
            Assert.Throws<InvalidDataException>(() => Dataset.ReadFrom(new MemoryStream(content[..length])));
        Assert.Throws<InvalidDataException>(() => Dataset.ReadFrom(new MemoryStream([.. content, 0])));
    }

    [Fact]
    public void ReadFrom_HeadDamagedAnywhere_IsReadOrRefused()
    {
        byte[] content = Content();
        for (int position = 0; position < 150; position++)
        {
            byte[] damaged = [.. content];
            damaged[position] ^= 0x81;
            Exception? thrown = Record.Exception(() => Dataset.ReadFrom(new MemoryStream(damaged)));
            Assert.True(thrown is null or InvalidDataException, $"byte {position}: {thrown}");
        }
    }

    [Theory]
    [InlineData(600)] // 1.9 GB in one block
    [InlineData(1024)] // more bytes than an array can have
    public void ReadFrom_HeadThatPromisesMoreThanThereIs_TakesNoMemoryForIt(int images)
    {
        int[] head = [3, 1024, 1024, 1, 1, 'a' << 24, images];
        byte[] content = [.. head.SelectMany(BitConverter.GetBytes), .. new byte[images * sizeof(int) + 100_000]];
        content = [.. content[..20], .. content[23..]]; // the name has one byte
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => Dataset.ReadFrom(new MemoryStream(content)));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1029)]
    [InlineData(true, 2)]
    public void StoredPart_EachPart_HasItsLabelsAndImages(bool test, int index)
    {
        ImageSet part = test ? Sample.Test : Sample.Train;
        StoredPart stored = StoredPart.Open(new MemoryStream(Content()), test);
        Assert.Equal((part.Shape, part.Count), (stored.Shape, stored.Count));
        Assert.Equal(Sample.Labels, stored.Classes);
        Assert.Equal(part[index].ToArray(), stored.ReadImage(index));
        Assert.Equal(part.Labels.ToArray(), stored.ReadLabels());
    }

    [Theory]
    [InlineData(false, -1)]
    [InlineData(false, 1030)]
    [InlineData(true, 3)]
    public void StoredPart_NoSuchIndex_IsNull(bool test, int index) => Assert.Null(StoredPart.Open(new MemoryStream(Content()), test).ReadImage(index));

    private static byte[] Content()
    {
        var stream = new MemoryStream();
        Sample.WriteTo(stream);
        return stream.ToArray();
    }
}
