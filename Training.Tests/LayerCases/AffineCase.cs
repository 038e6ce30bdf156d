using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Affine = CnnService.Training.Layers.Affine;
using Dropout = CnnService.Training.Layers.Dropout;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class AffineCase : LayerCase<Affine>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
        [new Affine { Units = 23 }, new Affine { Units = 18 }, new Relu(), new Affine { Units = 17 }, new Relu(), new Dropout { Keep = 0.75 }];

    public override string RecordedSha256 => "417e50b5a02cad7c78a9f43f14597ac811154875b5c0bafc495b96c8113028f0";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        new HandComputed(new Affine { Units = 2 }, [1, 2], [7.5f, 9], [1, 2], [5, 11])
        {
            Parameters = new Dictionary<string, (float[], float[])> { ["weight"] = ([1, 2, 3, 4], [1, 2, 2, 4]), ["bias"] = ([0.5f, -1], [1, 2]) },
        },
    ];

    public override LayerSpec Draw(int number, Shape input) => new Affine { Units = 1 + 3 * number, Bias = number % 4 != 2, Frozen = number == 5 };

    protected override ReferenceLayer<double> Reference(Affine layer, LayerPlace place)
    {
        var w = new Tensor4<double>(place.Input.Length, place.Output.Length, 1, 1, place.Parameter("weight"));
        var learning = new AffineLayer<double>(w, layer.Bias ? place.Parameter("bias") : new double[place.Output.Length]);
        return layer.Frozen ? new FrozenLayer<double>(learning) : learning;
    }
}
