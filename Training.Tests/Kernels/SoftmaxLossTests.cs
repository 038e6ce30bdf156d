using CnnService.Training.Kernels;

namespace CnnService.Training.Tests.Kernels;

/// <summary>The loss where it could go wrong: labels, lengths, gaps of any size, NaN.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class SoftmaxLossTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Forward_LabelOutOfRange_Throws(int label) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SoftmaxLoss.Forward(new float[6], [0, label], new float[6]));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(6, 0, 6)]
    [InlineData(7, 2, 7)]
    [InlineData(6, 2, 5)]
    [InlineData(6, 2, 7)]
    [InlineData(1, 2, 1)]
    public void Forward_LengthsThatDoNotFit_Throws(int scores, int labels, int gradient) =>
        Assert.Throws<ArgumentException>(() => SoftmaxLoss.Forward(new float[scores], new int[labels], new float[gradient]));

    [Theory]
    [InlineData(1000)]
    [InlineData(1e30f)]
    [InlineData(float.MaxValue)]
    public void Forward_HugeGap_IsTheGapAndItsGradientWhole(float gap)
    {
        float[] gradient = new float[2];

        double loss = SoftmaxLoss.Forward([gap, 0], [1], gradient);

        Assert.Equal(gap, loss);
        Assert.Equal([1, -1], gradient);
        Assert.Equal(0, SoftmaxLoss.Forward([gap, 0], [0], gradient));
        Assert.Equal([0, 0], gradient);
    }

    [Fact]
    public void Forward_EqualScores_IsTheLogarithmOfTheClasses()
    {
        float[] gradient = new float[8];

        Assert.Equal(Math.Log(4), SoftmaxLoss.Forward([7, 7, 7, 7, -3, -3, -3, -3], [0, 3], gradient), 1e-15);
        Assert.Equal([-0.375f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f, -0.375f], gradient);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Forward_NaNInARow_IsSeenInTheLossAndOnlyInItsRow(int at)
    {
        float[] scores = [1, 2, 3, 1, 2, 3], gradient = new float[6];
        scores[at] = float.NaN;

        Assert.True(double.IsNaN(SoftmaxLoss.Forward(scores, [2, 2], gradient)));
        Assert.All(gradient[..3], value => Assert.True(float.IsNaN(value)));
        Assert.All(gradient[3..], value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(127)]
    public void Probabilities_AnyLength_AddUpToOne(int classes)
    {
        float[] scores = [.. Enumerable.Range(0, classes).Select(i => 0.1f * i)], probabilities = new float[classes];

        SoftmaxLoss.Probabilities(scores, probabilities);

        Assert.Equal(1, probabilities.Sum(p => (double)p), 1e-6);
        Assert.Equal(probabilities.Order(), probabilities);
    }

    [Fact]
    public void Probabilities_OtherLength_Throws() =>
        Assert.Throws<ArgumentException>(() => SoftmaxLoss.Probabilities(new float[3], new float[4]));
}
