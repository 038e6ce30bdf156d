using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Layers;

/// <summary>Which layers take over the work of those that follow them, and which do not.</summary>
public sealed class LayerBinderTests
{
    private static readonly Convolution Convolution = new() { Filters = 2, Size = 3, Padding = 1 };
    private static readonly Affine Affine = new() { Units = 3 };
    private static readonly BatchNorm BatchNorm = new();
    private static readonly Dropout Dropout = new() { Keep = 0.5 };
    private static readonly MaxPool Pool = new() { Size = 2 }, Overlapping = new() { Size = 3, Stride = 2 }, Large = new() { Height = 3, Width = 6, Stride = 6 };
    private static readonly Relu Relu = new();

    public static TheoryData<string, LayerSpec[], string[]> Lists => new()
    {
        { "convolution, relu", [Convolution, Relu], [nameof(ConvolutionLayer)] },
        { "convolution, relu, pool", [Convolution, Relu, Pool], [nameof(ConvolutionLayer)] },
        { "convolution, pool", [Convolution, Pool], [nameof(ConvolutionLayer)] },
        { "convolution, overlapping pool", [Convolution, Relu, Overlapping], [nameof(ConvolutionLayer), nameof(MaxPoolLayer)] },
        { "convolution, pool of 18", [Convolution, Relu, Large], [nameof(ConvolutionLayer), nameof(MaxPoolLayer)] },
        { "convolution, pool, relu", [Convolution, Pool, Relu], [nameof(ConvolutionLayer), nameof(ElementwiseLayer)] },
        { "convolution, relu twice", [Convolution, Relu, Relu], [nameof(ConvolutionLayer), nameof(ElementwiseLayer)] },
        { "affine, relu", [Affine, Relu], [nameof(AffineLayer)] },
        { "affine, relu, dropout", [Affine, Relu, Dropout], [nameof(AffineLayer)] },
        { "affine, dropout", [Affine, Dropout], [nameof(AffineLayer), nameof(DropoutLayer)] },
        { "affine, batch-norm, relu", [Affine, BatchNorm, Relu], [nameof(AffineLayer), nameof(BatchNormLayer)] },
        { "batch-norm, gelu", [BatchNorm, new Gelu()], [nameof(BatchNormLayer)] },
        { "batch-norm, scale, relu", [BatchNorm, new Scale { Factor = 2 }, Relu], [nameof(BatchNormLayer), nameof(ElementwiseLayer)] },
        { "batch-norm, relu, dropout", [BatchNorm, Relu, Dropout], [nameof(BatchNormLayer), nameof(DropoutLayer)] },
        { "pool, relu", [Pool, Relu], [nameof(MaxPoolLayer), nameof(ElementwiseLayer)] },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void BindAll_Layers_AreOneWhereTheFirstAbsorbsTheOthers(string list, LayerSpec[] specs, string[] expected)
    {
        using var team = new Team(1);
        IReadOnlyList<Layer> layers = Bind(specs, capacity: 2, training: true, team);

        Assert.True(expected.SequenceEqual(layers.Select(layer => layer.GetType().Name)), list);
        int bound = 0;
        for (int i = 0; i < specs.Length; i++, bound++) i += specs[i].Absorbs(specs.AsSpan(i + 1));
        Assert.Equal(expected.Length, bound);
    }

    [Fact]
    public void Cost_OfLayersThatAreOne_CountsTheOutputsOfTheLastAlone()
    {
        LayerCost together = new LayerSequence([Convolution, Relu, Pool, Affine, Relu], new Shape(3, 8, 8)).Cost;
        Assert.Equal(2 * 4 * 4 + 3, together.Outputs);
        Assert.Equal(2 * 4 * 4 + 3 + 2 * 3 * 8 * 8, together.Kept);
    }

    [Fact]
    public void BindAll_AbsorbedLayers_LeaveTheirShapeAndTheNextLayersPlace()
    {
        using var team = new Team(1);
        IReadOnlyList<Layer> layers = Bind([Convolution, Relu, Pool, Affine], capacity: 5, training: false, team);

        Assert.Equal(2, layers.Count);
        Assert.Equal(new Shape(2, 4, 4), layers[1].Input);
        Assert.Equal(5 * 2 * 4 * 4, layers[0].Output.Length);
    }

    [Fact]
    public void BindAll_ForPrediction_HasNoInputGradients()
    {
        using var team = new Team(1);
        IReadOnlyList<Layer> layers = Bind([Convolution, BatchNorm, Pool, Dropout, Affine], capacity: 1, training: false, team);

        Assert.All(layers, layer => Assert.Null(layer.InputGradient));
    }

    [Fact]
    public void BindAll_WhereNobodyNeedsAnInput_WritesItsGradientOverIt()
    {
        using var team = new Team(1);
        IReadOnlyList<Layer> layers = Bind([Convolution, BatchNorm, Relu, Convolution, Relu, Affine], capacity: 2, training: true, team);

        Assert.Same(layers[0].Output, layers[1].InputGradient);
        Assert.Same(layers[1].Output, layers[2].InputGradient);
        Assert.NotSame(layers[2].Output, layers[3].InputGradient); // whose sign masks the gradient
    }

    [Fact]
    public void BindAll_WhereNobodyNeedsAnInput_WritesOutputsOverIt()
    {
        using var team = new Team(1);
        IReadOnlyList<Layer> predicting = Bind([Convolution, BatchNorm, Dropout, Relu], capacity: 2, training: false, team);
        IReadOnlyList<Layer> training = Bind([Convolution, BatchNorm, Dropout, Relu], capacity: 2, training: true, team);

        Assert.All(predicting, layer => Assert.Same(predicting[0].Output, layer.Output));
        Assert.NotSame(training[0].Output, training[1].Output);
        Assert.Same(training[1].Output, training[2].Output); // its mask is kept
        Assert.NotSame(training[2].Output, training[3].Output);
    }

    private static IReadOnlyList<Layer> Bind(LayerSpec[] specs, int capacity, bool training, Team team)
    {
        var sequence = new LayerSequence(specs, new Shape(3, 8, 8));
        var layout = new ParameterLayout();
        foreach (Parameter parameter in sequence.Parameters) layout.Add(parameter);
        FloatBuffer parameters = layout.Initialize(1, deviation: null);
        var binding = new Binding(layout, parameters, training ? new StoredGradients(new FloatBuffer(layout.Length)) : null, capacity, team);
        return new LayerBinder(sequence, binding, scope: "", wantsInputGradient: true).BindAll().Layers;
    }
}
