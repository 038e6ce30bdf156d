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
        { "convolution, pool, relu", [Convolution, Pool, Relu], [nameof(ConvolutionLayer), nameof(ReluLayer)] },
        { "convolution, relu twice", [Convolution, Relu, Relu], [nameof(ConvolutionLayer), nameof(ReluLayer)] },
        { "affine, relu", [Affine, Relu], [nameof(AffineLayer)] },
        { "affine, relu, dropout", [Affine, Relu, Dropout], [nameof(AffineLayer)] },
        { "affine, dropout", [Affine, Dropout], [nameof(AffineLayer), nameof(DropoutLayer)] },
        { "affine, batch-norm, relu", [Affine, BatchNorm, Relu], [nameof(AffineLayer), nameof(BatchNormLayer)] },
        { "batch-norm, relu, dropout", [BatchNorm, Relu, Dropout], [nameof(BatchNormLayer), nameof(DropoutLayer)] },
        { "pool, relu", [Pool, Relu], [nameof(MaxPoolLayer), nameof(ReluLayer)] },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void BindAll_Layers_AreOneWhereTheFirstAbsorbsTheOthers(string list, LayerSpec[] specs, string[] expected)
    {
        using var team = new Team(1);
        Layer[] layers = new FastLayers(new Shape(3, 8, 8), specs).Bind(capacity: 2, training: true, team);

        Assert.True(expected.SequenceEqual(layers.Select(layer => layer.GetType().Name)), list);
    }

    [Fact]
    public void BindAll_AbsorbedLayers_LeaveTheirShapeAndTheNextLayersPlace()
    {
        using var team = new Team(1);
        Layer[] layers = new FastLayers(new Shape(3, 8, 8), Convolution, Relu, Pool, Affine).Bind(capacity: 5, training: false, team);

        Assert.Equal(2, layers.Length);
        Assert.Equal(new Shape(2, 4, 4), layers[1].Input);
        Assert.Equal(5 * 2 * 4 * 4, layers[0].Output.Length);
    }

    [Fact]
    public void BindAll_ForPrediction_HasNoInputGradients()
    {
        using var team = new Team(1);
        Layer[] layers = new FastLayers(new Shape(3, 8, 8), Convolution, BatchNorm, Pool, Dropout, Affine).Bind(capacity: 1, training: false, team);

        Assert.All(layers, layer => Assert.Null(layer.InputGradient));
    }
}
