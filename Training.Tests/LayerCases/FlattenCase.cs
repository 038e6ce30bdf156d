using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Affine = CnnService.Training.Layers.Affine;
using Convolution = CnnService.Training.Layers.Convolution;
using Dropout = CnnService.Training.Layers.Dropout;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class FlattenCase : LayerCase<Flatten>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
        [new Convolution { Filters = 3, Size = 3, Stride = 2 }, new Flatten(), new Dropout { Keep = 0.9 }, new Affine { Units = 9 }, new Flatten()];

    public override string RecordedSha256 => "6e8abbba52322b9072ad726a52f6a32d266027d760be49f42f1b7fe16162e64b";

    public override IReadOnlyList<HandComputed> ByHand => [new HandComputed(new Flatten(), new Tensor4<float>(1, 2, 1, 2, [1, 2, 3, 4]), [1, 2, 3, 4], [5, 6, 7, 8], [5, 6, 7, 8])];

    public override LayerSpec Draw(int number, Shape input) => new Flatten();

    protected override ReferenceLayer<double> Reference(Flatten layer, LayerPlace place) => new Reshape();

    private sealed class Reshape : ReferenceLayer<double>
    {
        public override Tensor4<double> Forward(Tensor4<double> x, bool training) => new(x.N, x.D, 1, 1, x.Data);

        public override (Tensor4<double> Dx, double[][] Parameters) Backward(Tensor4<double> dout, Tensor4<double> x) =>
            (new Tensor4<double>(x.N, x.C, x.H, x.W, dout.Data), []);
    }
}
