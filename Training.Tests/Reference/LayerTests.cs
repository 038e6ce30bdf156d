using CnnService.Training.Reference;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Reference;

/// <summary>What the reference layers promise beside their formulas.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData(5, 3, 1, 0, 3)]
    [InlineData(5, 5, 1, 0, 1)]
    [InlineData(6, 3, 2, 0, 2)] // 3/2 steps: floor
    [InlineData(1, 3, 4, 1, 1)]
    [InlineData(8, 3, 3, 1, 3)]
    public void Positions_AnyStep_FollowTheFloorRule(int length, int size, int stride, int padding, int expected) =>
        Assert.Equal((expected, expected), new Window(size, size, stride, padding).Positions(length, length));

    [Theory]
    [InlineData(4, 3)]
    [InlineData(3, 4)]
    public void Positions_WindowLargerThanPaddedInput_AreRefused(int height, int width)
    {
        var error = Assert.Throws<InvalidInputException>(() => new Window(height, width, Stride: 2).Positions(3, 3));

        Assert.Contains($"{height}x{width} does not fit the input of 3x3 with padding 0", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, 1, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(1, 1, 0, 0)]
    [InlineData(1, 1, 1, -1)]
    public void Positions_ImpossibleWindow_AreRefused(int height, int width, int stride, int padding) =>
        Assert.Throws<InvalidInputException>(() => new Window(height, width, stride, padding).Positions(3, 3));

    [Fact]
    public void Convolution_PartsThatDoNotFit_AreRefused()
    {
        var x = new Tensor4<float>(1, 3, 4, 4);
        Tensor4<float> w = new(2, 3, 3, 3), grey = new(2, 1, 3, 3);

        Assert.Throws<InvalidInputException>(() => Convolution.Forward(x, grey, new float[2], new Window(3, 3, 1)));
        Assert.Throws<InvalidInputException>(() => Convolution.Forward(x, w, new float[3], new Window(3, 3, 1)));
        Assert.Throws<InvalidInputException>(() => Convolution.Forward(x, w, new float[2], new Window(2, 2, 1)));
        Assert.Throws<ArgumentException>(() => Convolution.Backward(new Tensor4<float>(1, 2, 4, 4), x, w, new Window(3, 3, 1)));
    }

    [Fact]
    public void MaxPooling_Ties_FirstInRowMajorOrderTakesTheGradient()
    {
        var x = new Tensor4<double>(1, 1, 2, 4, [1, 3, 0, 0, 3, 3, 0, 0]);

        Tensor4<double> dx = MaxPooling.Backward(new Tensor4<double>(1, 1, 1, 2, [5, 7]), x, new Window(2, 2, 2));

        Assert.Equal([0, 5, 7, 0, 0, 0, 0, 0], dx.Data);
    }

    [Fact]
    public void MaxPooling_NaN_StaysVisibleAndTakesTheGradient()
    {
        var x = new Tensor4<double>(1, 1, 2, 2, [double.NaN, double.PositiveInfinity, double.NaN, 1]);
        var window = new Window(2, 2, 2);

        Assert.Equal([double.NaN], MaxPooling.Forward(x, window).Data);
        Assert.Equal([2, 0, 0, 0], MaxPooling.Backward(new Tensor4<double>(1, 1, 1, 1, [2]), x, window).Data);
    }

    [Fact]
    public void MaxPooling_Padding_IsRefused() =>
        Assert.Throws<InvalidInputException>(() => MaxPooling.Forward(new Tensor4<float>(1, 1, 4, 4), new Window(2, 2, 2, Padding: 1)));

    [Fact]
    public void BatchNormalization_Training_GivesMeanBetaAndDeviationGamma()
    {
        Tensor4<double> x = NumericalGradient.Normal(1, 4, 2, 3, 3).Map(value => 7 + 3 * value);
        var scale = new Scale<double>([2, 0.5], [-1, 4]);

        Tensor4<double> y = BatchNormalization.Forward(x, scale, BatchNormalization.Statistics(x), epsilon: 0);

        (double[] mean, double[] variance) = BatchNormalization.Statistics(y);
        Assert.Equal(scale.Beta, mean, (expected, actual) => Math.Abs(expected - actual) < 1e-12);
        Assert.Equal(scale.Gamma.Select(gamma => gamma * gamma), variance, (expected, actual) => Math.Abs(expected - actual) < 1e-12);
    }

    [Fact]
    public void BatchNormalization_Testing_TreatsEachImageAlone()
    {
        Tensor4<double> both = Tensor4<double>.Rows(2, 1, [3, 100]), alone = Tensor4<double>.Rows(1, 1, [3]);
        var scale = new Scale<double>([2], [1]);
        var running = new ChannelStatistics<double>([1], [4]);

        Assert.Equal(3, BatchNormalization.Forward(both, scale, running, epsilon: 0)[0, 0]);
        Assert.Equal(3, BatchNormalization.Forward(alone, scale, running, epsilon: 0)[0, 0]);
    }

    [Fact]
    public void BatchNormalization_Momentum_IsTheShareThatIsKept()
    {
        ChannelStatistics<double> next = BatchNormalization.Advance<double>(new([0], [1]), new([10], [3]), momentum: 0.75);

        Assert.Equal((2.5, 1.5), (next.Mean[0], next.Variance[0]));
    }

    [Fact]
    public void BatchNormalization_OtherChannelCount_IsRefused()
    {
        var x = new Tensor4<double>(2, 3, 1, 1);

        Assert.Throws<InvalidInputException>(() =>
            BatchNormalization.Forward(x, new([1, 1], [0, 0]), BatchNormalization.Statistics(x), epsilon: 1e-5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Dropout_KeepOutsideZeroToOne_IsRefused(double keep) =>
        Assert.Throws<InvalidInputException>(() => Dropout.Mask(new Tensor4<double>(1, 1, 1, 1), keep));

    [Fact]
    public void Dropout_Mask_KeepsUniformsBelowKeepAndScalesThem() =>
        Assert.Equal([4, 0, 0], Dropout.Mask(Tensor4<double>.Rows(1, 3, [0.2499, 0.25, 0.9]), 0.25).Data);

    [Fact]
    public void Affine_PartsThatDoNotFit_AreRefused()
    {
        var x = new Tensor4<float>(2, 3, 1, 1);

        Assert.Throws<InvalidInputException>(() => Affine.Forward(x, new Tensor4<float>(4, 5, 1, 1), new float[5]));
        Assert.Throws<InvalidInputException>(() => Affine.Forward(x, new Tensor4<float>(3, 5, 1, 1), new float[4]));
        Assert.Throws<ArgumentException>(() => Affine.Backward(new Tensor4<float>(2, 4, 1, 1), x, new Tensor4<float>(3, 5, 1, 1)));
    }

    [Fact]
    public void Relu_SpecialValues_NaNPassesAndZeroHasNoGradient()
    {
        Tensor4<float> x = Tensor4<float>.Rows(1, 4, [float.NaN, 0, -1, float.PositiveInfinity]);
        Tensor4<float> dout = Tensor4<float>.Rows(1, 4, [1, 2, 3, 4]);

        Assert.Equal([float.NaN, 0, 0, float.PositiveInfinity], Relu.Forward(x).Data);
        Assert.Equal([1, 0, 0, 4], Relu.Backward(dout, x).Data);
        Assert.Equal([1, 2, 3, 4], dout.Data);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void SoftmaxLoss_LabelOutsideClasses_IsRefusedByItsPlace(int label)
    {
        var error = Assert.Throws<InvalidInputException>(() => SoftmaxLoss.Forward(new Tensor4<float>(2, 3, 1, 1), [0, label]));

        Assert.Equal("labels[1]", error.Part);
        Assert.Contains($"{label} is not one of the classes 0 to 2", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void SoftmaxLoss_NoRowsOrOtherCount_AreRefused()
    {
        Assert.Throws<InvalidInputException>(() => SoftmaxLoss.Forward(new Tensor4<float>(0, 3, 1, 1), []));
        Assert.Throws<InvalidInputException>(() => SoftmaxLoss.Forward(new Tensor4<float>(2, 3, 1, 1), [0]));
    }

    [Fact]
    public void SoftmaxLoss_HugeGap_IsTheGapAndNotInfinite()
    {
        Assert.Equal(1e6f, SoftmaxLoss.Forward(Tensor4<float>.Rows(1, 2, [0, 1e6f]), [0]).Loss);
        Assert.Equal(0, SoftmaxLoss.Forward(Tensor4<double>.Rows(1, 2, [0, 1e6]), [1]).Loss);
    }

    [Fact]
    public void Tensor4_OtherCountOfNumbers_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new Tensor4<float>(1, 2, 3, 4, new float[23]));
        Assert.Throws<ArgumentException>(() => new Tensor4<float>(1, 2, 3, 4).Zip(new Tensor4<float>(1, 2, 3, 5), (a, _) => a));
    }
}
