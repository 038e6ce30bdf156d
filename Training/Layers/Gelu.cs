using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016): y = 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))). Any shape.
/// </summary>
[SpecName("gelu")]
public sealed record Gelu : LayerSpec
{
    internal override Shape Output(Shape input) => input;

    internal override Layer Bind(LayerBinder binder) => new GeluLayer(binder);
}

/// <summary>A bound GELU.</summary>
internal sealed class GeluLayer : Layer
{
    private readonly Action<int, int> forward, backward;
    private FloatBuffer x, dy;

    public GeluLayer(LayerBinder binder)
        : base(binder)
    {
        Output = binder.Buffer(Input.Length);
        InputGradient = binder.InputGradient();
        (forward, backward) = (ForwardItem, BackwardItem);
        x = dy = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        this.x = x;
        Team.Run(pass.Count, forward);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        (this.x, this.dy) = (x, dy);
        if (InputGradient is not null) Team.Run(pass.Count, backward);
    }

    private void ForwardItem(int n, int worker) => Elementwise.Apply(default(GeluOperation), Item(x, n), Item(Output, n));

    private void BackwardItem(int n, int worker) =>
        Elementwise.Apply(default(GeluGradientOperation), Item(x, n), Item(dy, n), Item(InputGradient!, n));

    private Span<float> Item(FloatBuffer buffer, int n) => buffer.Slice(n * Input.Length, Input.Length);
}
