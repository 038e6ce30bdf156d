using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>The numbers of an input as a vector, in row-major order: y: (N, C * H * W). Nothing is copied.</summary>
[SpecName("flatten")]
public sealed record Flatten : LayerSpec
{
    internal override Shape Output(Shape input) => Shape.Vector(input.Length);

    internal override LayerCost Cost(Shape input) => new(Outputs: 0, Kept: 0);

    internal override Layer Bind(LayerBinder binder) => new FlattenLayer(binder);
}

/// <summary>A bound flatten: its output is its input, and its input's gradient is that of its output.</summary>
internal sealed class FlattenLayer(LayerBinder binder) : Layer(binder)
{
    private readonly bool needsGradient = binder.NeedsInputGradient;
    private FloatBuffer output = new(0);
    private FloatBuffer? inputGradient;

    public override FloatBuffer Output => output;

    public override FloatBuffer? InputGradient => inputGradient;

    public override void Forward(FloatBuffer x, Pass pass) => output = x;

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass) => inputGradient = needsGradient ? dy : null;
}
