using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Golden;
using CsCheck;
using Affine = CnnService.Training.Layers.Affine;
using Convolution = CnnService.Training.Layers.Convolution;
using Dropout = CnnService.Training.Layers.Dropout;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.Layers;

/// <summary>The fast layers against the reference in double, over random shapes: outputs and all gradients.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class FastLayerTests
{
    private const double Tolerance = 2e-5; // of the largest number, or of 1, the size of what goes in, where sums cancel
    private const int Cases = 60;

    private static readonly Gen<ConvolutionCase> ConvolutionCases =
        from n in Gen.Int[1, 5]
        from c in Gen.Int[1, 5]
        from h in Gen.Int[1, 19]
        from w in Gen.Int[1, 37]
        from f in Gen.Int[1, 35]
        from hh in Gen.Int[1, 7]
        from ww in Gen.Int[1, 7]
        from stride in Gen.Int[1, 3]
        from padding in Gen.Int[0, 7]
        from bias in Gen.Bool
        from relu in Gen.Bool
        from pool in Gen.Int[0, 3]
        from poolGap in Gen.Int[0, 1]
        from threads in Gen.Int[1, 3]
        where hh <= h + 2 * padding && ww <= w + 2 * padding
        select new ConvolutionCase(n, c, h, w, f, hh, ww, stride, padding, bias, relu, pool, pool + poolGap, threads);

    [Fact]
    public void Convolution_AnyShape_MatchesReference() => ConvolutionCases.Where(k => k.FitsPool).Sample(Check, iter: Cases, threads: 1);

    [Fact]
    public void Convolution_ByMinimalFiltering_MatchesReference() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[16, 40], Gen.Int[3, 19], Gen.Int[3, 21], Gen.Int[16, 70], Gen.Int[0, 2], Gen.Bool, Gen.Int[1, 3]).Sample(
            k =>
            {
                (int n, int c, int h, int w, int f, int padding, bool flag, int threads) = k;
                Check(new ConvolutionCase(n, c, h, w, f, 3, 3, 1, padding, flag, false, 0, 0, threads));
            },
            iter: Cases, threads: 1);

    [Fact]
    public void Convolution_PooledByRows_MatchesReference() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[6, 15], Gen.Int[18, 40], Gen.Int[1, 35], Gen.Int[1, 7], Gen.Int[0, 7], Gen.Int[1, 3])
            .Select(k => new ConvolutionCase(k.Item1, k.Item2, k.Item3, k.Item4, k.Item5, k.Item6, 7, 1, k.Item7, k.Item6 > 3, k.Item5 % 2 == 0, 2, 2, k.Item8))
            .Where(k => k.FitsPool)
            .Sample(Check, iter: Cases, threads: 1);

    [Fact]
    public void Affine_AnyShape_MatchesReference() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Int[1, 70], Gen.Bool, Gen.Int[1, 3]).Sample(
            k =>
            {
                (int n, int d, int m, bool relu, int threads) = k;
                Tensor4<float> x = RandomTensors.Eighths(1, n, d, 1, 1), w = RandomTensors.Eighths(2, d, m, 1, 1), dout = RandomTensors.Eighths(3, n, m, 1, 1);
                float[] b = RandomTensors.Eighths(4, m, 1, 1, 1).Data;
                var affine = new Affine { Units = m };
                var fast = new FastLayers(Shape.Vector(d), relu ? [affine, new Relu()] : [affine]) { Threads = threads };
                fast.Set("0.weight", w.Data).Set("0.bias", b);

                Tensor4<float> y = fast.Run(x, training: true, dout);

                Tensor4<double> sums = Training.Reference.Affine.Forward(x.Widen(), w.Widen(), b.Widen());
                Tensor4<double> behind = relu ? Training.Reference.Relu.Backward(dout.Widen(), y.Widen()) : dout.Widen();
                AffineGradients<double> expected = Training.Reference.Affine.Backward(behind, x.Widen(), w.Widen());
                MustMatch(relu ? Training.Reference.Relu.Forward(sums) : sums, y);
                MustMatch(expected.Dx, fast.Dx!);
                MustMatch(expected.Dw.Data, fast.Gradient("0.weight"));
                MustMatch(expected.Db, fast.Gradient("0.bias"));
            },
            iter: Cases, threads: 1);

    [Fact]
    public void BatchNorm_AnyShape_MatchesReference() =>
        Gen.Select(Gen.Int[2, 9], Gen.Int[1, 20], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Bool).Sample(
            k =>
            {
                (int n, int c, int h, int w, bool relu) = k;
                const double momentum = 0.8, epsilon = 1e-3;
                Tensor4<float> x = RandomTensors.Tensor(1, n, c, h, w), dout = RandomTensors.Tensor(2, n, c, h, w);
                float[] scale = RandomTensors.Vector(3, c), shift = RandomTensors.Vector(4, c), mean = RandomTensors.Vector(5, c);
                float[] variance = [.. RandomTensors.Vector(6, c).Select(v => v * v + 0.1f)];
                var norm = new BatchNorm { Momentum = momentum, Epsilon = epsilon };
                var fast = new FastLayers(new Shape(c, h, w), relu ? [norm, new Relu()] : [norm]);
                fast.Set("0.scale", scale).Set("0.shift", shift).Set("0.runningMean", mean).Set("0.runningVariance", variance);

                Tensor4<float> y = fast.Run(x, training: true, dout);

                var running = new ChannelStatistics<double>(mean.Widen(), variance.Widen());
                ChannelStatistics<double> batch = BatchNormalization.Statistics(x.Widen());
                var scaling = new Scale<double>(scale.Widen(), shift.Widen());
                Tensor4<double> expected = BatchNormalization.Forward(x.Widen(), scaling, batch, epsilon);
                Tensor4<double> behind = relu ? Training.Reference.Relu.Backward(dout.Widen(), y.Widen()) : dout.Widen();
                BatchNormalizationGradients<double> gradients = BatchNormalization.Backward(behind, x.Widen(), scaling.Gamma, epsilon);
                ChannelStatistics<double> advanced = BatchNormalization.Advance(running, batch, momentum);
                MustMatch(relu ? Training.Reference.Relu.Forward(expected) : expected, y);
                MustMatch(gradients.Dx, fast.Dx!, 10 * Tolerance);
                MustMatch(gradients.Dgamma, fast.Gradient("0.scale"), 10 * Tolerance);
                MustMatch(gradients.Dbeta, fast.Gradient("0.shift"));
                MustMatch(advanced.Mean, fast.Get("0.runningMean"));
                MustMatch(advanced.Variance, fast.Get("0.runningVariance"));
                MustMatch(
                    Rectified(BatchNormalization.Forward(x.Widen(), scaling, advanced, epsilon), relu), fast.Run(x, training: false));
            },
            iter: Cases, threads: 1);

    [Fact]
    public void Gelu_SmallAndLargeNumbers_MatchesReference() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 70], Gen.Double[0.1, 40]).Sample(
            k =>
            {
                (int n, int d, double scale) = k;
                Tensor4<float> x = RandomTensors.Tensor(1, n, d, 1, 1).Map(value => (float)(value * scale)), dout = RandomTensors.Tensor(2, n, d, 1, 1);
                var fast = new FastLayers(Shape.Vector(d), new Training.Layers.Gelu());

                MustMatch(Training.Reference.Gelu.Forward(x.Widen()), fast.Run(x, training: true, dout));
                MustMatch(Training.Reference.Gelu.Backward(dout.Widen(), x.Widen()), fast.Dx!);
            },
            iter: Cases, threads: 1);

    [Theory]
    [InlineData(4, 10)] // plain sums
    [InlineData(16, 21)] // minimal filtering in two dimensions
    public void Convolution_FusedOrApart_HasEqualBits(int channels, int filters)
    {
        Tensor4<float> x = RandomTensors.Tensor(1, 3, channels, 18, 21), dout = RandomTensors.Tensor(2, 3, filters, 9, 10);
        var convolution = new Convolution { Filters = filters, Size = 3, Padding = 1 };
        FastLayers fused = new(new Shape(channels, 18, 21), convolution, new Relu(), new MaxPool { Size = 2 });
        FastLayers apart = new(new Shape(channels, 18, 21), convolution, new Dropout { Keep = 1 }, new Relu(), new Dropout { Keep = 1 }, new MaxPool { Size = 2 });
        foreach (FastLayers layers in (FastLayers[])[fused, apart])
            layers.Set("0.weight", RandomTensors.Vector(3, filters * channels * 9)).Set("0.bias", RandomTensors.Vector(4, filters));

        Assert.Equal(apart.Run(x, training: true, dout).Data, fused.Run(x, training: true, dout).Data);
        Assert.Equal(apart.Dx!.Data.Length, fused.Dx!.Data.Length);
        MustMatch(apart.Dx.Widen(), fused.Dx);
        MustMatch(apart.Gradient("0.weight").Widen(), fused.Gradient("0.weight"));
    }

    [Theory]
    [InlineData(1, 66, 70)] // more tiles than are multiplied in one go
    [InlineData(9, 20, 23)] // more images than are taken together
    [InlineData(130, 3, 4)] // many of one tile
    public void Convolution_GradientOfManyTiles_MatchesReference(int images, int height, int width) =>
        Check(new ConvolutionCase(images, C: 16, height, width, F: 17, HH: 3, WW: 3, Stride: 1, Padding: 1, Bias: true, Relu: false, Pool: 0, PoolStride: 1, Threads: 2));

    private static Tensor4<double> Rectified(Tensor4<double> y, bool relu) => relu ? Training.Reference.Relu.Forward(y) : y;

    private static void Check(ConvolutionCase k)
    {
        Tensor4<float> x = RandomTensors.Eighths(1, k.N, k.C, k.H, k.W), w = RandomTensors.Eighths(2, k.F, k.C, k.HH, k.WW);
        float[] b = k.Bias ? RandomTensors.Eighths(3, k.F, 1, 1, 1).Data : new float[k.F];
        var window = new Window(k.HH, k.WW, k.Stride, k.Padding);
        var pool = new Window(k.Pool, k.Pool, k.PoolStride);

        Tensor4<double> sums = Training.Reference.Convolution.Forward(x.Widen(), w.Widen(), b.Widen(), window);
        Tensor4<double> rectified = Rectified(sums, k.Relu);
        Tensor4<double> expected = k.Pool > 0 ? MaxPooling.Forward(rectified, pool) : rectified;
        Tensor4<float> dout = RandomTensors.Eighths(4, expected.N, expected.C, expected.H, expected.W);
        if (k.IsByRows) ForgetTies(rectified, expected, pool, dout);
        Tensor4<double> behind = k.Pool > 0 ? MaxPooling.Backward(dout.Widen(), rectified, pool) : dout.Widen();
        if (k.Relu) behind = Training.Reference.Relu.Backward(behind, sums);
        ConvolutionGradients<double> gradients = Training.Reference.Convolution.Backward(behind, x.Widen(), w.Widen(), window);

        var fast = new FastLayers(new Shape(k.C, k.H, k.W), k.Specs) { Threads = k.Threads };
        fast.Set("0.weight", w.Data);
        if (k.Bias) fast.Set("0.bias", b);
        MustMatch(expected, fast.Run(x, training: true, dout));
        MustMatch(gradients.Dx, fast.Dx!);
        MustMatch(gradients.Dw.Data, fast.Gradient("0.weight"));
        if (k.Bias) MustMatch(gradients.Db, fast.Gradient("0.bias"));
        MustMatch(expected, fast.Run(x, training: false));
    }

    // Minimal filtering rounds the outputs of a window differently, so which of two equal ones wins, and whether 0 is positive, is not defined.
    private static void ForgetTies(Tensor4<double> x, Tensor4<double> y, Window pool, Tensor4<float> dout)
    {
        for (int i = 0; i < y.Data.Length; i++)
        {
            int plane = i / (y.H * y.W) * x.H * x.W, top = i / y.W % y.H * pool.Stride, left = i % y.W * pool.Stride, highest = 0;
            for (int e = 0; e < pool.Height * pool.Width; e++)
                if (x.Data[plane + (top + e / pool.Width) * x.W + left + e % pool.Width] == y.Data[i]) highest++;
            if (highest > 1 || y.Data[i] == 0) dout.Data[i] = 0;
        }
    }

    private static void MustMatch(Tensor4<double> expected, Tensor4<float> actual, double tolerance = Tolerance) => MustMatch(expected.Data, actual.Data, tolerance);

    private static void MustMatch(double[] expected, float[] actual, double tolerance = Tolerance)
    {
        double bound = tolerance * Math.Max(1, expected.Max(Math.Abs));
        Assert.Null(GoldenComparison.Difference(GoldenTensor.From(expected), GoldenTensor.From(actual), bound, isZero: true));
    }

    private sealed record ConvolutionCase(
        int N, int C, int H, int W, int F, int HH, int WW, int Stride, int Padding, bool Bias, bool Relu, int Pool, int PoolStride, int Threads)
    {
        public bool IsByRows => this is { WW: 7, Stride: 1, Pool: 2, PoolStride: 2 };

        public bool FitsPool => (H + 2 * Padding - HH) / Stride + 1 >= Pool && (W + 2 * Padding - WW) / Stride + 1 >= Pool;

        public LayerSpec[] Specs
        {
            get
            {
                List<LayerSpec> specs = [new Convolution { Filters = F, Height = HH, Width = WW, Stride = Stride, Padding = Padding, Bias = Bias }];
                if (Relu) specs.Add(new Relu());
                if (Pool > 0) specs.Add(new MaxPool { Size = Pool, Stride = PoolStride });
                return [.. specs];
            }
        }
    }
}
