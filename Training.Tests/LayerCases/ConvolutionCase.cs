using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Convolution = CnnService.Training.Layers.Convolution;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class ConvolutionCase : LayerCase<Convolution>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
    [
        new Convolution { Filters = 16, Height = 6, Width = 7 }, new Relu(), new MaxPool { Size = 2 }, // by rows
        new Convolution { Filters = 17, Size = 3, Padding = 1 }, // by tiles
        new Convolution { Filters = 6, Height = 3, Width = 2, Stride = 2, Padding = 1, Bias = false }, new Relu(),
    ];

    public override string RecordedSha256 => "b41fb6faeb48cfcd9b64badd2dd000fa79e864f772e1736ac4998200dada3e61";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(
            new Convolution { Filters = 1, Size = 2 },
            new Tensor4<float>(1, 1, 3, 3, [1, 2, 3, 4, 5, 6, 7, 8, 9]), // the first output: 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5 + 1
            Y: [38, 48, 68, 78],
            Dout: [1, 0, 0, 1],
            Dx: [1, 2, 0, 3, 5, 2, 0, 3, 4])
        {
            Parameters = new Dictionary<string, (float[], float[])> { ["weight"] = ([1, 2, 3, 4], [6, 8, 12, 14]), ["bias"] = ([1], [2]) },
        },
    ];

    public override LayerSpec Draw(int number, Shape input) => new Convolution
    {
        Filters = 1 + number,
        Height = 1 + number % 3,
        Width = 1 + number % 4,
        Stride = 1 + number % 2,
        Padding = 2,
        Bias = number != 3,
        Initialization = number == 4 ? Initialization.Identity : Initialization.He,
        Frozen = number == 5,
    };

    protected override ReferenceLayer<double> Reference(Convolution layer, LayerPlace place)
    {
        var w = new Tensor4<double>(layer.Filters, place.Input.Channels, layer.Height!.Value, layer.Width!.Value, place.Parameter("weight"));
        double[] b = layer.Bias ? place.Parameter("bias") : new double[layer.Filters];
        var learning = new ConvolutionLayer<double>(w, b, layer.Stride, layer.Padding);
        return layer.Frozen ? new FrozenLayer<double>(learning) : learning;
    }
}
