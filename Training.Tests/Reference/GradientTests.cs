using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using static CnnService.Training.Tests.Reference.NumericalGradient;

namespace CnnService.Training.Tests.Reference;

/// <summary>Every backward function is the derivative of its forward function.</summary>
public sealed class GradientTests
{
    private const double Epsilon = 1e-5;

    [Theory]
    [InlineData(5, 4, 3, 3, 1, 1)]
    [InlineData(6, 7, 3, 2, 2, 1)] // the last row is not read
    [InlineData(4, 5, 1, 1, 2, 0)]
    [InlineData(5, 6, 2, 4, 3, 3)] // padding wider than the filter is high
    public void Convolution_AnyWindow_BackwardIsItsDerivative(
        int height, int width, int filterHeight, int filterWidth, int stride, int padding)
    {
        Tensor4<double> x = Normal(1, 2, 3, height, width), w = Normal(2, 4, 3, filterHeight, filterWidth), b = Normal(3, 4, 1);
        Window window = Convolution.Over(w, stride, padding);
        Tensor4<double> Y() => Convolution.Forward(x, w, b.Data, window);
        Tensor4<double> dout = Like(Y());

        (Tensor4<double> dx, Tensor4<double> dw, double[] db) = Convolution.Backward(dout, x, w, window);

        MustBe(Y, dout, x.Data, dx.Data);
        MustBe(Y, dout, w.Data, dw.Data);
        MustBe(Y, dout, b.Data, db);
    }

    [Theory]
    [InlineData(2, 2, 2)]
    [InlineData(3, 3, 2)] // overlapping
    [InlineData(1, 2, 3)] // with gaps
    public void MaxPooling_AnyWindow_BackwardIsItsDerivative(int height, int width, int stride)
    {
        Tensor4<double> x = Normal(4, 2, 3, 7, 6);
        var window = new Window(height, width, stride);
        Tensor4<double> Y() => MaxPooling.Forward(x, window);
        Tensor4<double> dout = Like(Y());

        MustBe(Y, dout, x.Data, MaxPooling.Backward(dout, x, window).Data);
    }

    [Theory]
    [InlineData(6, 4, 1, 1)]
    [InlineData(3, 2, 4, 5)]
    public void BatchNormalization_RowsAndImages_BothBackwardFormsAreItsDerivative(int n, int c, int height, int width)
    {
        Tensor4<double> x = Normal(5, n, c, height, width), gamma = Normal(6, c, 1), beta = Normal(7, c, 1);
        Tensor4<double> Y() => BatchNormalization.Forward(x, new(gamma.Data, beta.Data), BatchNormalization.Statistics(x), Epsilon);
        Tensor4<double> dout = Like(Y());

        foreach (BatchNormalizationGradients<double> gradients in (BatchNormalizationGradients<double>[])[
            BatchNormalization.Backward(dout, x, gamma.Data, Epsilon),
            BatchNormalization.BackwardStepByStep(dout, x, gamma.Data, Epsilon)])
        {
            MustBe(Y, dout, x.Data, gradients.Dx.Data);
            MustBe(Y, dout, gamma.Data, gradients.Dgamma);
            MustBe(Y, dout, beta.Data, gradients.Dbeta);
        }
    }

    [Fact]
    public void Affine_Images_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(8, 3, 2, 2, 3), w = Normal(9, 12, 5), b = Normal(10, 5, 1);
        Tensor4<double> Y() => Affine.Forward(x, w, b.Data);
        Tensor4<double> dout = Like(Y());

        (Tensor4<double> dx, Tensor4<double> dw, double[] db) = Affine.Backward(dout, x, w);

        MustBe(Y, dout, x.Data, dx.Data);
        MustBe(Y, dout, w.Data, dw.Data);
        MustBe(Y, dout, b.Data, db);
    }

    [Fact]
    public void Relu_AwayFromZero_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(11, 4, 5), dout = Like(x);

        MustBe(() => Relu.Forward(x), dout, x.Data, Relu.Backward(dout, x).Data);
    }

    [Fact]
    public void Dropout_OneMask_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(12, 4, 5), dout = Like(x), mask = Dropout.Mask(Uniform(4, 5), 0.6);

        MustBe(() => Dropout.Forward(x, mask), dout, x.Data, Dropout.Backward(dout, mask).Data);
    }

    [Fact]
    public void SoftmaxLoss_AnyScores_DxIsItsDerivative()
    {
        Tensor4<double> x = Normal(13, 4, 6);
        int[] labels = [5, 0, 2, 2];

        MustBe(() => SoftmaxLoss.Forward(x, labels).Loss, x.Data, SoftmaxLoss.Forward(x, labels).Dx.Data);
    }

    [Fact]
    public void ConvolutionRelu_Combined_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(14, 2, 2, 5, 4), w = Normal(15, 3, 2, 3, 3), b = Normal(16, 3, 1);
        Window window = Convolution.Over(w, 1, 1);
        Tensor4<double> Y() => CombinedLayers.ConvolutionRelu(x, w, b.Data, window);
        Tensor4<double> dout = Like(Y());

        (Tensor4<double> dx, Tensor4<double> dw, double[] db) = CombinedLayers.ConvolutionReluBackward(dout, x, w, b.Data, window);

        MustBe(Y, dout, x.Data, dx.Data);
        MustBe(Y, dout, w.Data, dw.Data);
        MustBe(Y, dout, b.Data, db);
    }

    [Fact]
    public void ConvolutionReluPool_Combined_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(17, 2, 2, 6, 4), w = Normal(18, 3, 2, 3, 3), b = Normal(19, 3, 1);
        Window window = Convolution.Over(w, 1, 1), pool = new(2, 2, 2);
        Tensor4<double> Y() => CombinedLayers.ConvolutionReluPool(x, w, b.Data, window, pool);
        Tensor4<double> dout = Like(Y());

        (Tensor4<double> dx, Tensor4<double> dw, double[] db) =
            CombinedLayers.ConvolutionReluPoolBackward(dout, x, w, b.Data, window, pool);

        MustBe(Y, dout, x.Data, dx.Data);
        MustBe(Y, dout, w.Data, dw.Data);
        MustBe(Y, dout, b.Data, db);
    }

    [Fact]
    public void Gelu_AnyNumbers_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(37, 5, 8), dout = Like(x);

        MustBe(() => Gelu.Forward(x), dout, x.Data, Gelu.Backward(dout, x).Data);
    }

    [Fact]
    public void AffineReluAndDropout_Combined_BackwardIsTheirDerivative()
    {
        Tensor4<double> x = Normal(20, 4, 3), w = Normal(21, 3, 5), b = Normal(22, 5, 1), mask = Dropout.Mask(Uniform(4, 5), 0.7);
        foreach (Tensor4<double> factor in (Tensor4<double>[])[mask, mask.Map(_ => 1.0)])
        {
            Tensor4<double> Y() => CombinedLayers.AffineReluDropout(x, w, b.Data, factor);
            Tensor4<double> dout = Like(Y());

            (Tensor4<double> dx, Tensor4<double> dw, double[] db) = CombinedLayers.AffineReluDropoutBackward(dout, x, w, b.Data, factor);

            MustBe(Y, dout, x.Data, dx.Data);
            MustBe(Y, dout, w.Data, dw.Data);
            MustBe(Y, dout, b.Data, db);
        }
    }

    [Fact]
    public void AffineBatchNormalizationRelu_Combined_BackwardIsItsDerivative()
    {
        Tensor4<double> x = Normal(23, 6, 3), w = Normal(24, 3, 4), b = Normal(25, 4, 1), gamma = Normal(26, 4, 1), beta = Normal(27, 4, 1);
        var scale = new Scale<double>(gamma.Data, beta.Data);
        Tensor4<double> Y() => CombinedLayers.AffineBatchNormalizationRelu(x, w, b.Data, scale, running: null, Epsilon);
        Tensor4<double> dout = Like(Y());

        (AffineGradients<double> affine, double[] dgamma, double[] dbeta) =
            CombinedLayers.AffineBatchNormalizationReluBackward(dout, x, w, b.Data, scale, Epsilon);

        MustBe(Y, dout, x.Data, affine.Dx.Data);
        MustBe(Y, dout, w.Data, affine.Dw.Data);
        MustBe(Y, dout, b.Data, affine.Db, isZero: true);
        MustBe(Y, dout, gamma.Data, dgamma);
        MustBe(Y, dout, beta.Data, dbeta);
    }

    [Fact]
    public void Network_OfSeveralLayers_BackwardIsTheDerivativeOfItsLoss()
    {
        Tensor4<double> x = Normal(28, 3, 2, 6, 6);
        int[] labels = [1, 0, 3];
        var network = new ReferenceNetwork<double>(
            [
                new ConvolutionLayer<double>(Normal(29, 3, 2, 3, 3), Normal(30, 3, 1).Data, stride: 1, padding: 1),
                new ReluLayer<double>(),
                new BatchNormalizationLayer<double>(new(Normal(31, 3, 1).Data, Normal(32, 3, 1).Data), Epsilon, momentum: 0.9),
                new MaxPoolingLayer<double>(new Window(2, 2, Stride: 2)),
                new AffineLayer<double>(Normal(33, 27, 5), Normal(34, 5, 1).Data),
                new GeluLayer<double>(),
                new DropoutLayer<double>(Dropout.Mask(Uniform(3, 5), 0.7)),
                new AffineLayer<double>(Normal(35, 5, 4), Normal(36, 4, 1).Data),
            ],
            decay: 0.1);

        network.Loss(x, labels);
        ReferenceGradients<double> gradients = network.Backward();

        MustBe(() => network.Loss(x, labels), x.Data, gradients.Dx.Data);
        Assert.Equal(8, network.Parameters.Count);
        Assert.All(network.Parameters, parameter =>
            MustBe(() => network.Loss(x, labels), parameter.Values, gradients.Parameters[parameter.Name]));
    }

    private static Tensor4<double> Like(Tensor4<double> y) => Normal(100, y.N, y.C, y.H, y.W);

    private static Tensor4<double> Uniform(int n, int c) => Normal(101, n, c).Map(value => Math.Abs(value) % 1);
}
