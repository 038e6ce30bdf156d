using CnnService.Training.Layers;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class GeluCase : LayerCase<Gelu>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new Gelu(), new Affine { Units = 21 }, new Gelu()];

    public override string RecordedSha256 => "5b0375c69872f13fb8fa3b1903b042bcd547207d377cde51a7799e4cce7c5187";

    public override IReadOnlyList<HandComputed> ByHand => [new HandComputed(new Gelu(), [1, -1], [0.841192f, -0.158808f], [1, 1], [1.082964f, -0.082964f])];

    public override LayerSpec Draw(int number, Shape input) => new Gelu();

    protected override ReferenceLayer<double> Reference(Gelu layer, LayerPlace place) => new GeluLayer<double>();
}
