using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Affine = CnnService.Training.Layers.Affine;
using Dropout = CnnService.Training.Layers.Dropout;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class DropoutCase : LayerCase<Dropout>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
        [new Dropout { Keep = 0.9 }, new Affine { Units = 19 }, new Dropout { Keep = 0.5 }, new Affine { Units = 13 }, new Relu(), new Dropout { Keep = 0.75 }];

    public override string RecordedSha256 => "8045554533bb2e635e100e3014d44d26a4159d00b335bffe42262f4f9a58d923";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new Dropout { Keep = 0.5 }, [3, 4], [6, 0], [1, 1], [2, 0]) { Noise = [0.4f, 0.6f] },
    ];

    public override LayerSpec Draw(int number, Shape input) => new Dropout { Keep = (number + 5) / 16.0 };

    protected override ReferenceLayer<double> Reference(Dropout layer, LayerPlace place)
    {
        var uniform = new Tensor4<double>(place.Images, place.Input.Channels, place.Input.Height, place.Input.Width, place.Noise());
        return new DropoutLayer<double>(Training.Reference.Dropout.Mask(uniform, layer.Keep));
    }
}
