using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Convolution = CnnService.Training.Layers.Convolution;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class GlobalMaxPoolCase : LayerCase<GlobalMaxPool>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new Convolution { Filters = 20, Size = 3, Stride = 2 }, new GlobalMaxPool()];

    public override string RecordedSha256 => "d5de2d6919a20c7ad4c42f44b9ef18492047f3c17f86aadc7fe96162e8bc1186";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new GlobalMaxPool(), new Tensor4<float>(1, 2, 1, 2, [1, 3, 5, 9]), [3, 9], [2, 4], [0, 2, 0, 4]),
    ];

    public override LayerSpec Draw(int number, Shape input) => new GlobalMaxPool();

    protected override ReferenceLayer<double> Reference(GlobalMaxPool layer, LayerPlace place) =>
        new MaxPoolingLayer<double>(new Window(place.Input.Height, place.Input.Width, Stride: 1));

    protected override bool IsClear(GlobalMaxPool layer, Tensor4<double> x, double margin) => x.Data.Chunk(x.H * x.W).All(plane =>
        plane.Max() is var largest && plane.All(value => value == largest || largest - value >= margin));
}
