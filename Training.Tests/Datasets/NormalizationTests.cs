using CnnService.Training.Datasets;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Datasets;

public sealed class NormalizationTests
{
    private static readonly ImageSet Images = ShapesDataset.Create(trainCount: 40, testCount: 0).Train;

    [Fact]
    public void Over_SomeImages_MatchesThePlainSums()
    {
        int[] indices = [3, 1, 20, 39];
        Normalization normalization = Normalization.Over(Images, indices);
        for (int c = 0; c < 3; c++)
        {
            double[] values = [.. indices.SelectMany(i => Images[i].Slice(c * 1024, 1024).ToArray()).Select(value => value / 255.0)];
            double mean = values.Average();
            Assert.Equal(mean, normalization.Mean[c], 1e-13);
            Assert.Equal(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), normalization.StandardDeviation[c], 1e-13);
        }
    }

    [Fact]
    public void Over_AnyOrder_HasTheSameBits()
    {
        Normalization forward = Normalization.Over(Images, [.. Enumerable.Range(0, 40)]);
        Normalization backward = Normalization.Over(Images, [.. Enumerable.Range(0, 40).Reverse()]);
        Assert.Equal(forward.Mean, backward.Mean);
        Assert.Equal(forward.StandardDeviation, backward.StandardDeviation);
    }

    [Fact]
    public void Over_OneSingleValue_TakesDeviationOne()
    {
        var images = new ImageSet(new Shape(1, 2, 2), [new byte[] { 9, 9, 9, 9 }], [0]);
        Normalization normalization = Normalization.Over(images, [0]);
        Assert.Equal((9 / 255.0, 1.0), (normalization.Mean[0], normalization.StandardDeviation[0]));

        float[] numbers = new float[4];
        normalization.Apply(images[0], numbers);
        Assert.Equal(new float[4], numbers);
    }

    [Fact]
    public void Over_NoImages_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Normalization.Over(Images, []));

    [Fact]
    public void Apply_EveryByte_IsRoundedOnce()
    {
        byte[] image = [.. Enumerable.Range(0, 512).Select(i => (byte)i)];
        float[] numbers = new float[512];
        new Normalization([0.4, 0.5], [0.2, 0.3]).Apply(image, numbers);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal((float)((i / 255.0 - 0.4) / 0.2), numbers[i]);
            Assert.Equal((float)((i / 255.0 - 0.5) / 0.3), numbers[256 + i]);
        }
    }

    // Means that are a byte's own value become exactly 0 there, and many other sums come close to the middle between two floats.
    [Fact]
    public void Apply_AnyMeanAndDeviation_IsRoundedOnce()
    {
        byte[] image = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        float[] numbers = new float[256];
        for (int mean = 0; mean < 256; mean++)
        {
            foreach (double deviation in (double[])[1, 0.25, 0.2023, 1e-9])
            {
                new Normalization([mean / 255.0], [deviation]).Apply(image, numbers);
                Assert.Equal(image.Select(value => (float)((value / 255.0 - mean / 255.0) / deviation)), numbers);
            }
        }
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    public void Apply_AnyLength_FillsAllAndNoMore(int length)
    {
        byte[] image = [.. Enumerable.Range(200 - length, length).Select(i => (byte)i)];
        float[] numbers = [.. Enumerable.Repeat(-7f, length + 1)];

        new Normalization([0.4], [0.2]).Apply(image, numbers.AsSpan(0, length));

        Assert.Equal([.. image.Select(value => (float)((value / 255.0 - 0.4) / 0.2)), -7f], numbers);
    }

    [Fact]
    public void Apply_WrongLength_Throws()
    {
        var normalization = new Normalization([0.4, 0.5], [0.2, 0.3]);
        Assert.Throws<ArgumentException>(() => normalization.Apply(new byte[4], new float[3]));
        Assert.Throws<ArgumentException>(() => normalization.Apply(new byte[3], new float[3]));
    }

    [Fact]
    public void New_UnusableNumbers_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Normalization([], []));
        Assert.Throws<ArgumentException>(() => new Normalization([0.5], [0.1, 0.2]));
        Assert.Throws<ArgumentException>(() => new Normalization([double.NaN], [0.1]));
        foreach (double deviation in (double[])[0, -1, double.NaN, double.PositiveInfinity])
            Assert.Throws<ArgumentException>(() => new Normalization([0.5], [deviation]));
    }

    [Fact]
    public void NormalizedImages_Indices_AreReadInTheirOrder()
    {
        int[] indices = [12, 5];
        Normalization normalization = Normalization.Over(Images, indices);
        var images = new NormalizedImages(Images, indices, normalization);
        float[] expected = new float[3072], numbers = new float[3072];
        normalization.Apply(Images[5], expected);
        images.CopyTo(1, numbers);

        Assert.Equal((2, 5, new Shape(3, 32, 32)), (images.Count, images.Label(1), images.Shape));
        Assert.Equal(expected, numbers);
        Assert.Throws<ArgumentException>(() => images.CopyTo(0, new float[3071]));
    }

    [Fact]
    public void FloatImages_Numbers_AreCopiedAsTheyAre()
    {
        var images = new FloatImages(new Shape(1, 1, 2), [1, 2, 3, float.NaN], [4, 5]);
        float[] numbers = new float[2];
        images.CopyTo(1, numbers);

        Assert.Equal((2, 5, new Shape(1, 1, 2)), (images.Count, images.Label(1), images.Shape));
        Assert.Equal([3, float.NaN], numbers);
        Assert.Throws<ArgumentException>(() => images.CopyTo(1, new float[3]));
        Assert.Throws<ArgumentException>(() => new FloatImages(new Shape(1, 1, 2), [1, 2, 3], [4, 5]));
    }
}
