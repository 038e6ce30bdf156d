using CnnService.Training.Layers;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class ScaleCase : ElementwiseCase<Scale>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new Scale { Factor = 0.5 }, new Affine { Units = 21 }, new Scale { Factor = 3 }];

    public override string RecordedSha256 => "964461231e6e092ca7f931973ba9c7c831649ba24f086184fb08d5719972d1b1";

    public override IReadOnlyList<HandComputed> ByHand => [new HandComputed(new Scale { Factor = 0.5 }, [2, -4], [1, -2], [1, 3], [0.5f, 1.5f])];

    public override LayerSpec Draw(int number, Shape input) => new Scale { Factor = (1 + number) / 9.0 };

    protected override double Y(Scale layer, double x) => layer.Factor * x;

    protected override double Slope(Scale layer, double x) => layer.Factor;
}
