using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Layers;

/// <summary>Rectified linear unit: y = max(x, 0). Any shape. The gradient at x = 0 is 0; NaN stays visible, and so does the gradient at it.</summary>
[SpecName("relu")]
public sealed record Relu : ElementwiseSpec
{
    internal override Activation Activation => new Activation<ReluOperation, ReluGradientOperation>();
}
