namespace CnnService.Training.Tests.Golden;

/// <summary>The rule by which results agree with golden files: it must see what is wrong, and only that.</summary>
public sealed class GoldenComparisonTests
{
    [Theory]
    [InlineData(1, 1 + 1e-11, true)]
    [InlineData(1, 1 + 1e-9, false)]
    [InlineData(double.NaN, double.NaN, true)]
    [InlineData(double.NaN, 0, false)]
    [InlineData(0, double.NaN, false)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, true)]
    [InlineData(double.PositiveInfinity, double.NegativeInfinity, false)]
    [InlineData(0, double.PositiveInfinity, false)]
    [InlineData(0, -0.0, true)]
    public void Difference_OneNumber_IsNullWhereTheyAgree(double expected, double actual, bool agree) =>
        Assert.Equal(agree, GoldenComparison.Difference(Vector(expected), Vector(actual), 1e-10) is null);

    [Fact]
    public void Difference_SmallBesideLarge_IsMeasuredAgainstTheLargest()
    {
        Assert.Null(GoldenComparison.Difference(Vector(1e6, 1e-6), Vector(1e6, 0), 1e-10));
        Assert.NotNull(GoldenComparison.Difference(Vector(1, 1e-6), Vector(1, 0), 1e-10));
    }

    [Fact]
    public void Difference_ZeroUpToRounding_IsMeasuredAgainstOne()
    {
        Assert.NotNull(GoldenComparison.Difference(Vector(1e-16), Vector(3e-16), 1e-10));
        Assert.Null(GoldenComparison.Difference(Vector(1e-16), Vector(3e-16), 1e-10, isZero: true));
    }

    [Fact]
    public void Difference_OtherShape_IsSeenThoughNumbersAreEqual()
    {
        Assert.NotNull(GoldenComparison.Difference(new([2, 3], new double[6]), new([3, 2], new double[6]), 1));
        Assert.NotNull(GoldenComparison.Difference(new([2], new double[2]), new([0], []), 1));
        Assert.Null(GoldenComparison.Difference(new([2, 3], new double[6]), new([2, 3, 1, 1], new double[6]), 1));
    }

    [Fact]
    public void MustMatch_OutputMissing_Fails()
    {
        GoldenFile file = GoldenManifest.Read("affine_forward/n3d4m5.safetensors");

        Assert.ThrowsAny<Exception>(() => new GoldenResults().MustMatch(file, 1));
    }

    private static GoldenTensor Vector(params double[] values) => GoldenTensor.From(values);
}
