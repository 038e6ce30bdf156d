using CnnService.Training.Kernels;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Kernels;

/// <summary>Normalisation of one channel's row, at the edges of a vector of 16 and of what can be normalised.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class ChannelNormalizationTests
{
    public static TheoryData<int> Lengths => [1, 2, 15, 16, 17, 31, 32, 33, 127];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Statistics_AnyLength_AreMeanAndBiasedVariance(int length)
    {
        double[] row = RandomTensors.Vector(1, length).Widen();
        double mean = row.Average(), variance = row.Average(v => (v - mean) * (v - mean));

        (float actualMean, float actualVariance) = ChannelNormalization.Statistics(RandomTensors.Vector(1, length));

        Assert.Equal(mean, actualMean, 1e-6);
        Assert.Equal(variance, actualVariance, 1e-6);
    }

    [Fact]
    public void Statistics_LargeOffset_KeepsTheVariance()
    {
        float[] row = [.. Enumerable.Range(0, 100).Select(i => 10_000f + i % 2)];

        Assert.Equal((10_000.5f, 0.25f), ChannelNormalization.Statistics(row));
    }

    [Fact]
    public void Statistics_NaN_IsSeen()
    {
        (float mean, float variance) = ChannelNormalization.Statistics([1, float.NaN, 3]);

        Assert.True(float.IsNaN(mean) && float.IsNaN(variance));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Forward_AnyLength_IsThePlainFormula(int length)
    {
        float[] x = RandomTensors.Vector(1, length), row = [.. x], other = new float[length];
        var factors = new NormalizationFactors(Mean: 0.3f, InverseDeviation: 1.7f, Scale: -0.8f, Shift: 0.2f);

        ChannelNormalization.Forward(row, factors, row);
        ChannelNormalization.Forward(x, factors, other);

        for (int i = 0; i < length; i++) Assert.Equal(-0.8 * (x[i] - 0.3) * 1.7 + 0.2, row[i], 1e-6);
        Assert.Equal(row, other);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Backward_AnyLength_IsThePlainFormula(int length)
    {
        float[] x = RandomTensors.Vector(1, length), dy = RandomTensors.Vector(2, length), dx = [.. dy];
        var factors = new NormalizationFactors(Mean: 0.3f, InverseDeviation: 1.7f, Scale: -0.8f, Shift: 0.2f);
        double[] normal = [.. x.Select(v => (v - 0.3) * 1.7)];
        double dscale = normal.Zip(dy, (a, b) => a * b).Sum(), dshift = dy.Widen().Sum();

        (float scale, float shift) = ChannelNormalization.Backward(x, dx, factors);

        Assert.Equal(dscale, scale, 1e-5);
        Assert.Equal(dshift, shift, 1e-5);
        for (int i = 0; i < length; i++)
            Assert.Equal(-0.8 * 1.7 * (dy[i] - dshift / length - normal[i] * dscale / length), dx[i], 1e-5);
    }

    [Fact]
    public void Backward_OtherLength_Throws() =>
        Assert.Throws<ArgumentException>(() => ChannelNormalization.Backward(new float[3], new float[4], default));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(2, 3, 5)]
    [InlineData(17, 4, 16)]
    public void GatherAndScatter_EachChannel_MoveItAndNothingElse(int N, int C, int S)
    {
        float[] x = RandomTensors.Vector(1, N * C * S), y = new float[x.Length], row = new float[N * S];
        for (int c = 0; c < C; c++)
        {
            ChannelNormalization.Gather(x, N, C, S, c, row);
            for (int i = 0; i < row.Length; i++) Assert.Equal(x[(i / S * C + c) * S + i % S], row[i]);
            Array.Clear(y);
            ChannelNormalization.Scatter(row, N, C, S, c, y);
            for (int i = 0; i < y.Length; i++) Assert.Equal(i / S % C == c ? x[i] : 0, y[i]);
        }
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(4, 1e-12)]
    public void InverseDeviation_AnyVariance_HasEpsilonInsideTheRoot(float variance, double epsilon) =>
        Assert.Equal((float)(1 / Math.Sqrt(variance + epsilon)), ChannelNormalization.InverseDeviation(variance, epsilon));
}
