using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Affine = CnnService.Training.Layers.Affine;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class ReluCase : LayerCase<Relu>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new Relu(), new Affine { Units = 21 }, new Relu(), new Relu()];

    public override string RecordedSha256 => "836c4fddf48b5fe97dbbd1eb4eba14755b2b2a217585d84785989cae371ab11b";

    public override IReadOnlyList<HandComputed> ByHand => [new HandComputed(new Relu(), [-2, 0, 3], [0, 0, 3], [1, 1, 2], [0, 0, 2])];

    public override LayerSpec Draw(int number, Shape input) => new Relu();

    protected override ReferenceLayer<double> Reference(Relu layer, LayerPlace place) => new ReluLayer<double>();

    protected override bool IsClear(Relu layer, Tensor4<double> x, double margin) => x.Data.All(value => value == 0 || Math.Abs(value) >= margin);
}
