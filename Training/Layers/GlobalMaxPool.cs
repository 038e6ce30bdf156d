using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// The largest number of each channel: y[n, c] = the largest x[n, c, h, w]. x: (N, C, H, W), y: (N, C). The gradient goes to the first largest number in
/// row-major order.
/// </summary>
[SpecName("global-max-pool")]
public sealed record GlobalMaxPool : LayerSpec
{
    internal override Shape Output(Shape input) => Shape.Vector(input.Channels);

    internal override Layer Bind(LayerBinder binder) => new MaxPoolLayer(binder, new Window(binder.Input.Height, binder.Input.Width, Stride: 1));
}
