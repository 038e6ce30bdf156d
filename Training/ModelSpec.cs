using System.ComponentModel.DataAnnotations;
using CnnService.Training.Layers;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training;

/// <summary>A network as the user writes it; it stands for a list of layers.</summary>
public abstract record ModelSpec
{
    /// <summary>The largest number of layers of one list.</summary>
    internal const int LayerLimit = 200;

    /// <summary>The largest number of layers with those inside of others: each has a stream of noise.</summary>
    internal const int LayersInside = 1000;

    /// <summary>The standard deviation of the initial weights, or null for He's: sqrt(2 / inputs) (He et al. 2015).</summary>
    internal abstract double? InitialDeviation { get; }

    /// <summary>The same network, whose first layers stay as they begin.</summary>
    /// <param name="layers">How many layers, 0 or more, but not all: InvalidInputException.</param>
    /// <param name="input">The shape of one image.</param>
    public ModelSpec Freeze(int layers, Shape input)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layers);
        if (layers == 0) return this;
        IReadOnlyList<LayerSpec> all = LayerSequence.At("model", () => Expand(input));
        if (layers >= all.Count) throw new InvalidInputException("freeze", $"is {layers}, and the network has {all.Count} layers; leave at least the last one free.");
        return new LayerList { Layers = [.. all.Select((layer, i) => i < layers ? layer.Freeze() : layer)], WeightScale = InitialDeviation };
    }

    /// <summary>The layers that it stands for; InvalidInputException where it does not fit the images.</summary>
    internal abstract IReadOnlyList<LayerSpec> Expand(Shape input);
}

/// <summary>
/// The numpy system's network: convolution (stride 1, padding (filterSize - 1) / 2) - ReLU - 2x2 max pooling - affine - ReLU - affine. Images of
/// any size from 2x2.
/// </summary>
[SpecName("three-layer-conv-net")]
public sealed record ThreeLayerConvNet : ModelSpec
{
    /// <summary>Filters of the convolution, 1 to 4,096, default 32 as in the numpy system.</summary>
    [Range(1, 4096)]
    public int Filters { get; init; } = 32;

    /// <summary>Height and width of the filters in pixels, odd, 1 to 255, default 7 as in the numpy system.</summary>
    [Range(1, 255)]
    public int FilterSize { get; init; } = 7;

    /// <summary>Units of the hidden affine layer, 1 to 65,536, default 100 as in the numpy system.</summary>
    [Range(1, 65536)]
    public int HiddenUnits { get; init; } = 100;

    /// <summary>The standard deviation of the initial weights, 0 to 100, default 0.001 as in the numpy system.</summary>
    [Range(0.0, 100.0)]
    public double WeightScale { get; init; } = 0.001;

    internal override double? InitialDeviation => WeightScale;

    internal override IReadOnlyList<LayerSpec> Expand(Shape input)
    {
        if (FilterSize % 2 == 0) throw new InvalidInputException("filterSize", $"is {FilterSize}; give an odd number, so that the filter has a middle.");
        if (Math.Min(input.Height, input.Width) < 2) throw new InvalidInputException("", $"the 2x2 pooling does not fit images of {input}; they need at least 2x2 pixels.");
        return
        [
            new Convolution { Filters = Filters, Size = FilterSize, Padding = (FilterSize - 1) / 2 }, new Relu(), new MaxPool { Size = 2 },
            new Affine { Units = HiddenUnits }, new Relu(), new Affine(),
        ];
    }
}

/// <summary>Any list of layers; the last one gives one score per class.</summary>
[SpecName("layers")]
public sealed record LayerList : ModelSpec
{
    /// <summary>The layers from the image to the scores, 1 to 200.</summary>
    [Required]
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [];

    /// <summary>The standard deviation of the initial weights, 0 to 100; left out, each layer takes He's: sqrt(2 / inputs) (He et al. 2015).</summary>
    [Range(0.0, 100.0)]
    public double? WeightScale { get; init; }

    internal override double? InitialDeviation => WeightScale;

    internal override IReadOnlyList<LayerSpec> Expand(Shape input) => Layers.Count is > 0 and <= LayerLimit
        ? Layers
        : throw new InvalidInputException("layers", $"has {Layers.Count} layers; give 1 to {LayerLimit}.");
}
