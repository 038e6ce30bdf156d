using CnnService.Training.Layers;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class SiluCase : ElementwiseCase<Silu>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new Silu(), new Affine { Units = 21 }, new Silu()];

    public override string RecordedSha256 => "f2ef9b0f13b29269fcdc7b238889e8be41937905aa57e2ef3d801900fd51cc19";

    public override IReadOnlyList<HandComputed> ByHand => [new HandComputed(new Silu(), [1, -1], [0.7310586f, -0.2689414f], [1, 1], [0.9276705f, 0.0723295f])];

    public override LayerSpec Draw(int number, Shape input) => new Silu();

    protected override double Y(Silu layer, double x) => x / (1 + Math.Exp(-x));

    protected override double Slope(Silu layer, double x)
    {
        double s = 1 / (1 + Math.Exp(-x));
        return s + x * s * (1 - s);
    }
}
