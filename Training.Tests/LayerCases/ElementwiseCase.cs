using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tests.Reference;

namespace CnnService.Training.Tests.LayerCases;

/// <summary>A kind of layer that makes each number from one number: its definition is a formula and its derivative.</summary>
internal abstract class ElementwiseCase<TLayer> : LayerCase<TLayer>
    where TLayer : LayerSpec
{
    /// <summary>y for one x.</summary>
    protected abstract double Y(TLayer layer, double x);

    /// <summary>dy/dx at one x.</summary>
    protected abstract double Slope(TLayer layer, double x);

    protected sealed override ReferenceLayer<double> Reference(TLayer layer, LayerPlace place) => new Formula(x => Y(layer, x), x => Slope(layer, x));

    private sealed class Formula(Func<double, double> y, Func<double, double> slope) : ReferenceLayer<double>
    {
        public override Tensor4<double> Forward(Tensor4<double> x, bool training) => x.Map(y);

        public override (Tensor4<double> Dx, double[][] Parameters) Backward(Tensor4<double> dout, Tensor4<double> x) =>
            (dout.Zip(x, (gradient, value) => gradient * slope(value)), []);
    }
}
