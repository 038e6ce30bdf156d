using System.Security.Cryptography;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Datasets;

public sealed class DatasetTests
{
    private static readonly Shape Small = new(1, 2, 2);
    private static readonly byte[] First = [0, 10, 20, 30], Second = [40, 50, 60, 255], Third = [1, 2, 3, 4];

    [Fact]
    public void Sha256_SmallDataset_IsTheHashOfTheDocumentedBytes()
    {
        var dataset = new Dataset(["a", "é"], Set([1, 0], First, Second), Set([1], Third));
        byte[] bytes =
        [
            1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, // C, H, W
            2, 0, 0, 0, 1, 0, 0, 0, 0x61, 2, 0, 0, 0, 0xc3, 0xa9, // names
            2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. First, .. Second,
            1, 0, 0, 0, 1, 0, 0, 0, .. Third,
        ];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), dataset.Sha256);
    }

    [Fact]
    public void Sha256_AnyChange_IsAnotherHash()
    {
        string[] hashes =
        [
            new Dataset(["a", "b"], Set([1, 0], First, Second)).Sha256,
            new Dataset(["a", "c"], Set([1, 0], First, Second)).Sha256,
            new Dataset(["a", "b", "c"], Set([1, 0], First, Second)).Sha256,
            new Dataset(["a", "b"], Set([1, 1], First, Second)).Sha256,
            new Dataset(["a", "b"], Set([1, 0], First, Third)).Sha256,
            new Dataset(["a", "b"], Set([1, 0], Second, First)).Sha256,
            new Dataset(["a", "b"], Set([1], First), Set([0], Second)).Sha256,
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void Mean_AndDeviation_AreOfTheTrainingPartAlone()
    {
        var dataset = new Dataset(["a"], Set([0, 0], First, Second), Set([0], Third));
        double[] values = [.. First.Concat(Second).Select(value => value / 255.0)];
        double mean = values.Average();
        Assert.Equal(mean, dataset.Mean[0], 1e-14);
        Assert.Equal(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), dataset.StandardDeviation[0], 1e-14);
    }

    [Fact]
    public void New_OneSingleValue_HasDeviationZero()
    {
        var dataset = new Dataset(["a"], Set([0], [7, 7, 7, 7]));
        Assert.Equal((7 / 255.0, 0.0), (dataset.Mean[0], dataset.StandardDeviation[0]));
    }

    [Fact]
    public void New_UnusableNames_AreRefused()
    {
        ImageSet images = Set([0], First);
        Assert.Throws<InvalidInputException>(() => new Dataset([], images));
        Assert.Throws<InvalidInputException>(() => new Dataset(["a", " "], images));
        Assert.Throws<InvalidInputException>(() => new Dataset(["a", "b", "a"], images));
        Assert.Throws<InvalidInputException>(() => new Dataset(Enumerable.Range(0, 257).Select(i => $"{i}"), images));
    }

    [Fact]
    public void New_NoTrainingImages_IsRefused() => Assert.Throws<InvalidInputException>(() => new Dataset(["a"], ImageSet.Empty(Small), Set([0], First)));

    [Fact]
    public void New_PartsThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new Dataset(["a"], Set([1], First)));
        Assert.Throws<ArgumentException>(() => new Dataset(["a"], Set([0], First), Set([1], First)));
        Assert.Throws<ArgumentException>(() => new Dataset(["a"], Set([0], First), ImageSet.Empty(new Shape(1, 4, 4))));
        Assert.Throws<ArgumentException>(() => new Dataset(["a"], new ImageSet(new Shape(2, 1, 2), [First.AsMemory()], [0])));
    }

    [Fact]
    public void NewImageSet_PartsThatDoNotFit_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => Set([0, 1], First));
        Assert.Throws<ArgumentException>(() => Set([0], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => Set([-1], First));
    }

    private static ImageSet Set(int[] labels, params byte[][] images) => new(Small, images.Select(image => new ReadOnlyMemory<byte>(image)), labels);
}
