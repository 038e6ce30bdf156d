using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.LayerCases;
using CnnService.Training.Tests.Layers;
using CnnService.Training.Tests.Reference;
using CsCheck;
using Affine = CnnService.Training.Layers.Affine;
using Dropout = CnnService.Training.Layers.Dropout;

namespace CnnService.Training.Tests;

/// <summary>A small network of random layers with parameters, images, labels and dropout's numbers, all a function of what is given.</summary>
internal sealed class NetworkCase
{
    /// <summary>Layers of any kind and size, from images of any small shape; the last is affine.</summary>
    public static readonly Gen<NetworkCase> Any =
        from choices in Gen.Select(Gen.Int[0, LayerCase.All.Count - 1], Gen.Int[0, LayerCase.LastNumber]).Array[0, 7]
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

    /// <summary>The given layers.</summary>
    public NetworkCase(Shape input, int classes, int images, int seed, IReadOnlyList<LayerSpec> layers)
    {
        this.seed = seed;
        Layers = layers;
        Network = new Network(new LayerList { Layers = Layers }, input, classes);
        Parameters = Network.Initialize((ulong)seed);
        for (int i = 0; i < Network.Layout.Parameters.Count; i++)
        {
            PlacedParameter placed = Network.Layout.Parameters[i];
            if (placed.Parameter.Kind != ParameterKind.Weight) RandomTensors.Vary(placed.Parameter.Kind, seed + i, placed.In(Parameters));
        }

        X = Images(images);
        Labels = [.. Enumerable.Range(0, images).Select(n => (seed + n) % classes)];
    }

    private NetworkCase(Shape input, int classes, int images, int seed, (int Kind, int Number)[] choices)
        : this(input, classes, images, seed, Choose(choices, input))
    {
    }

    /// <summary>The layers, the last affine one without its units.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; }

    public Network Network { get; }

    public FloatBuffer Parameters { get; }

    public Tensor4<float> X { get; }

    public int[] Labels { get; }

    /// <summary>Dropout's numbers of each layer, for the batch <see cref="X"/>.</summary>
    public RecordedNoise Noise => new(Network.Layers.Select((_, i) => i).Where(i => Network.Layers[i] is Dropout).ToDictionary(OrdinalOf, Uniform));

    /// <summary>That many images of the network's shape.</summary>
    public Tensor4<float> Images(int count) => RandomTensors.Tensor(seed, count, Network.Input.Channels, Network.Input.Height, Network.Input.Width);

    /// <summary>The same network of reference layers in double, with its own copies of the parameters.</summary>
    public ReferenceLayer<double>[] Reference() => [.. Network.Layers.Select((layer, i) => Reference(layer, i))];

    /// <summary>
    /// Whether no input of a layer is so close to a branch that rounding decides, in training or in prediction. Numbers that are exactly 0, or
    /// exactly equal, are so in any precision. Nor may scores be so large that the gradient of a loss close to 0 is
    /// mostly their rounding.
    /// </summary>
    public bool IsClear() => ((bool[])[true, false]).All(training =>
    {
        Tensor4<double> x = X.Widen();
        foreach ((ReferenceLayer<double> layer, LayerSpec spec) in Reference().Zip(Network.Layers))
        {
            if (!LayerCase.Of(spec).IsClear(spec, x, Margin * x.Data.Max(Math.Abs))) return false;
            x = layer.Forward(x, training);
        }

        return x.Data.All(score => Math.Abs(score) < LargestScore);
    });

    // The number of layers before one, those inside of others included.
    private int OrdinalOf(int index) => Enumerable.Range(0, index).Sum(i => Network.Layers[i].Cost(ShapeBefore(i)).Layers);

    /// <summary>The shape before layer <paramref name="index"/>.</summary>
    public Shape ShapeBefore(int index) => Network.Layers.Take(index).Aggregate(Network.Input, (shape, layer) => layer.Output(shape));

    public override string ToString() => $"seed {seed}: {X.N} images of {Network.Input}, {Network.Classes} classes: {string.Join("; ", Layers)}";

    private static List<LayerSpec> Choose((int Kind, int Number)[] choices, Shape input)
    {
        List<LayerSpec> layers = [];
        Shape shape = input;
        foreach ((int kind, int number) in choices)
        {
            if (LayerCase.All[kind].Draw(number, shape) is not { } layer) continue;
            layers.Add(layer);
            shape = layer.Output(shape);
        }

        return [.. layers, new Affine()];
    }

    private float[] Uniform(int layer)
    {
        float[] numbers = new float[X.N * ShapeBefore(layer).Length];
        new Chance((ulong)seed, Purpose.Dropout, (ulong)layer).FillUniform(numbers);
        return numbers;
    }

    private ReferenceLayer<double> Reference(LayerSpec layer, int index)
    {
        Shape input = ShapeBefore(index);
        double[] Parameter(string name) => Network.Layout[$"layers.{index}.{name}"].In(Parameters).ToArray().Widen();
        return LayerCase.Of(layer).Reference(layer, new LayerPlace(X.N, input, layer.Output(input), Parameter, () => Uniform(index).Widen()));
    }
}
