using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;
using CnnService.Training.Tests.Reference;
using CsCheck;
using Affine = CnnService.Training.Layers.Affine;
using Convolution = CnnService.Training.Layers.Convolution;
using Dropout = CnnService.Training.Layers.Dropout;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests;

/// <summary>A small network of random layers with parameters, images, labels and dropout's numbers, all a function of what is given.</summary>
internal sealed class NetworkCase
{
    /// <summary>Layers of any kind and size, from images of any small shape; the last is affine.</summary>
    public static readonly Gen<NetworkCase> Any =
        from choices in Gen.Select(Gen.Int[0, 5], Gen.Int[0, 11]).Array[0, 7]
        from channels in Gen.Int[1, 3]
        from height in Gen.Int[1, 9]
        from width in Gen.Int[1, 11]
        from classes in Gen.Int[1, 5]
        from images in Gen.Int[1, 6]
        from seed in Gen.Int[1, 1_000_000]
        select new NetworkCase(new Shape(channels, height, width), classes, images, seed, choices);

    private const double Margin = 1e-5; // of the largest number of a layer's input: far above float's rounding after some layers
    private const double LargestScore = 8;
    private readonly int seed;

    private NetworkCase(Shape input, int classes, int images, int seed, (int Kind, int Size)[] choices)
    {
        this.seed = seed;
        Layers = Choose(choices, input);
        Network = new Network(new LayerList { Layers = Layers }, input, classes);
        Parameters = Network.Initialize((ulong)seed);
        for (int i = 0; i < Network.Layout.Parameters.Count; i++)
        {
            PlacedParameter placed = Network.Layout.Parameters[i];
            if (placed.Parameter.Kind != ParameterKind.Weight) Vary(placed.Parameter.Kind, seed + i, placed.In(Parameters));
        }

        X = Images(images);
        Labels = [.. Enumerable.Range(0, images).Select(n => (seed + n) % classes)];
    }

    /// <summary>The layers, the last affine one without its units.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; }

    public Network Network { get; }

    public FloatBuffer Parameters { get; }

    public Tensor4<float> X { get; }

    public int[] Labels { get; }

    /// <summary>Dropout's numbers of each layer, for the batch <see cref="X"/>.</summary>
    public RecordedNoise Noise => new(Network.Layers.Select((_, i) => i).Where(i => Network.Layers[i] is Dropout).ToDictionary(i => i, Uniform));

    /// <summary>That many images of the network's shape.</summary>
    public Tensor4<float> Images(int count) => RandomTensors.Tensor(seed, count, Network.Input.Channels, Network.Input.Height, Network.Input.Width);

    /// <summary>The same network of reference layers in double, with its own copies of the parameters.</summary>
    public ReferenceLayer<double>[] Reference() => [.. Network.Layers.Select((layer, i) => Reference(layer, i))];

    /// <summary>
    /// Whether no input of a ReLU and no pooling window is so close to a branch that rounding decides, in training or in prediction. Numbers
    /// that are exactly 0, or exactly equal, are so in any precision. Nor may scores be so large that the gradient of a loss close to 0 is
    /// mostly their rounding.
    /// </summary>
    public bool IsClear() => ((bool[])[true, false]).All(training =>
    {
        Tensor4<double> x = X.Widen();
        foreach ((ReferenceLayer<double> layer, LayerSpec spec) in Reference().Zip(Network.Layers))
        {
            double margin = Margin * x.Data.Max(Math.Abs);
            if (spec is Relu && x.Data.Any(v => v != 0 && Math.Abs(v) < margin)) return false;
            if (spec is MaxPool pool && !IsClear(x, pool, margin)) return false;
            x = layer.Forward(x, training);
        }

        return x.Data.All(score => Math.Abs(score) < LargestScore);
    });

    /// <summary>The shape before layer <paramref name="index"/>.</summary>
    public Shape ShapeBefore(int index) => Network.Layers.Take(index).Aggregate(Network.Input, (shape, layer) => layer.Output(shape));

    public override string ToString() => $"seed {seed}: {X.N} images of {Network.Input}, {Network.Classes} classes: {string.Join("; ", Layers)}";

    private static List<LayerSpec> Choose((int Kind, int Size)[] choices, Shape input)
    {
        List<LayerSpec> layers = [];
        Shape shape = input;
        foreach ((int kind, int size) in choices)
        {
            if (Choose(kind, size, shape) is not LayerSpec layer) continue;
            layers.Add(layer);
            shape = layer.Output(shape);
        }

        return [.. layers, new Affine()];
    }

    private static LayerSpec? Choose(int kind, int size, Shape shape) => kind switch
    {
        0 => new Convolution { Filters = 1 + size, Height = 1 + size % 3, Width = 1 + size % 4, Stride = 1 + size % 2, Padding = 2, Bias = size != 3 },
        1 => new Relu(),
        2 when Math.Min(shape.Height, shape.Width) > size % 2 + 1 => new MaxPool { Size = size % 2 + 2, Stride = size % 3 + 1 },
        3 => new BatchNorm { Momentum = 0.7, Epsilon = 0.1 }, // a large epsilon, so that few numbers per channel do not cancel
        4 => new Dropout { Keep = (size + 5) / 16.0 },
        5 => new Affine { Units = 1 + 3 * size },
        _ => null,
    };

    private static void Vary(ParameterKind kind, int seed, Span<float> values)
    {
        float[] normal = RandomTensors.Vector(seed, values.Length);
        for (int i = 0; i < values.Length; i++)
            values[i] = kind is ParameterKind.Scale or ParameterKind.RunningVariance ? 0.5f + Math.Abs(normal[i]) : 0.3f * normal[i];
    }

    private static bool IsClear(Tensor4<double> x, MaxPool pool, double margin)
    {
        int size = pool.Size!.Value, stride = pool.Stride!.Value;
        for (int plane = 0; plane < x.N * x.C; plane++)
            for (int top = 0; top + size <= x.H; top += stride)
                for (int left = 0; left + size <= x.W; left += stride)
                {
                    double[] window = [.. Enumerable.Range(0, size * size)
                        .Select(i => x[plane / x.C, plane % x.C, top + i / size, left + i % size])];
                    double largest = window.Max();
                    if (window.Any(v => v != largest && largest - v < margin)) return false;
                }

        return true;
    }

    private float[] Uniform(int layer)
    {
        float[] numbers = new float[X.N * ShapeBefore(layer).Length];
        new Chance((ulong)seed, Purpose.Dropout, (ulong)layer).FillUniform(numbers);
        return numbers;
    }

    private ReferenceLayer<double> Reference(LayerSpec layer, int index)
    {
        Shape input = ShapeBefore(index), output = layer.Output(input);
        double[] P(string name) => Network.Layout.Find(index, name).In(Parameters).ToArray().Widen();
        switch (layer)
        {
            case Convolution c:
                var w = new Tensor4<double>(c.Filters, input.Channels, c.Height!.Value, c.Width!.Value, P("weight"));
                return new ConvolutionLayer<double>(w, c.Bias ? P("bias") : new double[c.Filters], c.Stride, c.Padding);
            case MaxPool pool:
                return new MaxPoolingLayer<double>(new Window(pool.Size!.Value, pool.Size.Value, pool.Stride!.Value));
            case BatchNorm norm:
                return new BatchNormalizationLayer<double>(new(P("scale"), P("shift")), norm.Epsilon, norm.Momentum)
                {
                    Running = new(P("runningMean"), P("runningVariance")),
                };
            case Dropout dropout:
                var uniform = new Tensor4<double>(X.N, input.Channels, input.Height, input.Width, Uniform(index).Widen());
                return new DropoutLayer<double>(Training.Reference.Dropout.Mask(uniform, dropout.Keep));
            case Affine:
                return new AffineLayer<double>(new Tensor4<double>(input.Length, output.Length, 1, 1, P("weight")), P("bias"));
            default:
                return new ReluLayer<double>();
        }
    }
}
