using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>A bound layer that makes each number of the output from one number of the input. An image is one piece of work.</summary>
/// <typeparam name="TForward">y from x.</typeparam>
/// <typeparam name="TBackward">dx from x and dy.</typeparam>
internal sealed class ElementwiseLayer<TForward, TBackward> : Layer
    where TForward : struct, IUnary
    where TBackward : struct, IBinary
{
    private readonly TForward forward;
    private readonly TBackward backward;
    private readonly Action<int, int> forwardItem, backwardItem;
    private FloatBuffer x, dy;

    public ElementwiseLayer(LayerBinder binder, TForward forward = default, TBackward backward = default)
        : base(binder)
    {
        (this.forward, this.backward) = (forward, backward);
        Output = binder.Buffer(Input.Length);
        InputGradient = binder.InputGradient();
        (forwardItem, backwardItem) = (ForwardItem, BackwardItem);
        x = dy = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        this.x = x;
        Team.Run(pass.Count, forwardItem);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        (this.x, this.dy) = (x, dy);
        if (InputGradient is not null) Team.Run(pass.Count, backwardItem);
    }

    private void ForwardItem(int n, int worker) => Elementwise.Apply(forward, Item(x, n), Item(Output, n));

    private void BackwardItem(int n, int worker) => Elementwise.Apply(backward, Item(x, n), Item(dy, n), Item(InputGradient!, n));

    private Span<float> Item(FloatBuffer buffer, int n) => buffer.Slice(n * Input.Length, Input.Length);
}
