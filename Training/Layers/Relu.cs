using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>Rectified linear unit: y = max(x, 0). Any shape. The gradient at x = 0 is 0; NaN stays visible, and so does the gradient at it.</summary>
[SpecName("relu")]
public sealed record Relu : LayerSpec
{
    internal override Shape Output(Shape input) => input;

    internal override Layer Bind(LayerBinder binder) => new ReluLayer(binder);
}

/// <summary>A bound ReLU that no layer before it absorbed.</summary>
internal sealed class ReluLayer : Layer
{
    public ReluLayer(LayerBinder binder)
        : base(binder)
    {
        Output = binder.Buffer(Input.Length);
        InputGradient = binder.InputGradient();
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        int length = pass.Count * Input.Length;
        Elementwise.Apply(default(ReluOperation), x.Slice(0, length), Output.Slice(0, length));
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        int length = pass.Count * Input.Length;
        if (InputGradient is not null)
            Elementwise.Apply(default(ReluGradientOperation), Output.Slice(0, length), dy.Slice(0, length), InputGradient.Slice(0, length));
    }
}
