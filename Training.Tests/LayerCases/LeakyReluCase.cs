using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using Affine = CnnService.Training.Layers.Affine;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class LeakyReluCase : ElementwiseCase<LeakyRelu>
{
    public override IReadOnlyList<LayerSpec> Recorded => [new LeakyRelu(), new Affine { Units = 21 }, new LeakyRelu { Slope = 0.2 }];

    public override string RecordedSha256 => "2756329fff48850b2d976e505605705d71f2d030f2f3ae523a02b28a4b45705e";

    public override IReadOnlyList<HandComputed> ByHand => [new HandComputed(new LeakyRelu { Slope = 0.25 }, [-2, 3], [-0.5f, 3], [1, 2], [0.25f, 2])];

    public override LayerSpec Draw(int number, Shape input) => new LeakyRelu { Slope = number / 16.0 };

    protected override double Y(LeakyRelu layer, double x) => x > 0 ? x : layer.Slope * x;

    protected override double Slope(LeakyRelu layer, double x) => x > 0 ? 1 : layer.Slope;

    protected override bool IsClear(LeakyRelu layer, Tensor4<double> x, double margin) => x.Data.All(value => value == 0 || Math.Abs(value) >= margin);
}
