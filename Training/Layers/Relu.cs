using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>Rectified linear unit: y = max(x, 0). Any shape. The gradient at x = 0 is 0; NaN stays visible, and so does the gradient at it.</summary>
[SpecName("relu")]
public sealed record Relu : LayerSpec
{
    internal override Shape Output(Shape input) => input;

    internal override Layer Bind(LayerBinder binder) => new ElementwiseLayer<ReluOperation, ReluGradientOperation>(binder);
}
