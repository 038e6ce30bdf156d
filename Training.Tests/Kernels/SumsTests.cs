using CnnService.Training.Kernels;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Kernels;

/// <summary>Sums in double, in the order that the summary of <see cref="Sums"/> promises: lane by lane, then from the first lane to the last.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class SumsTests
{
    public static TheoryData<int> Lengths => [0, 1, 15, 16, 17, 31, 32, 33, 127, 1000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Of_AnyTerm_HasTheBitsOfThePromisedOrder(int length)
    {
        float[] x = Spread(1, length), y = Spread(2, length);
        const float center = 0.25f;

        Assert.Equal(ByLanes([.. x]), Sums.Of(default(NumberTerm), x, y));
        Assert.Equal(ByLanes([.. x.Zip(y, (a, b) => (a - center) * (b - center))]), Sums.Of(new SquaredDeviationTerm(center), x, y));
        Assert.Equal(ByLanes([.. x.Zip(y, (a, b) => (a - center) * b)]), Sums.Of(new CenteredProductTerm(center), x, y));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Of_ManyAlikeNumbers_IsExact(int length) =>
        Assert.Equal(length * (double)0.1f, Sums.Of(default(NumberTerm), Filled(length), Filled(length)), 1e-12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(16, 15)]
    [InlineData(16, 17)]
    public void Of_OtherLengths_Throws(int x, int y) =>
        Assert.Throws<ArgumentException>(() => Sums.Of(default(NumberTerm), new float[x], new float[y]));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(17, 16)]
    [InlineData(33, 3)]
    public void Of_NaNAnywhere_IsNaN(int length, int at)
    {
        float[] x = Filled(length);
        x[at] = float.NaN;

        Assert.True(double.IsNaN(Sums.Of(default(NumberTerm), x, x)));
    }

    /// <summary>Numbers from 2^-30 to 2^30, so that any other order of their sum has other bits.</summary>
    private static float[] Spread(int seed, int length) =>
        [.. RandomTensors.Vector(seed, length).Select((value, i) => MathF.ScaleB(value, 37 * i % 61 - 30))];

    private static float[] Filled(int length) => [.. Enumerable.Repeat(0.1f, length)];

    private static double ByLanes(float[] terms)
    {
        double[] lanes = new double[16];
        for (int i = 0; i < terms.Length; i++) lanes[i % 16] += terms[i];
        return lanes.Aggregate(0.0, (sum, lane) => sum + lane);
    }
}
