using CnnService.Training.Kernels;
using CnnService.Training.Specs;

namespace CnnService.Training.Layers;

/// <summary>
/// Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016): y = 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))). Any shape.
/// </summary>
[SpecName("gelu")]
public sealed record Gelu : ElementwiseSpec
{
    internal override Activation Activation => new Activation<GeluOperation, GeluGradientOperation>();
}
