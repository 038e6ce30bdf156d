using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>A layer that makes each number of the output from one number of the input. Any shape. A batch normalisation before it does its work.</summary>
public abstract record ElementwiseSpec : LayerSpec
{
    /// <summary>The function.</summary>
    internal abstract Activation Activation { get; }

    internal sealed override Shape Output(Shape input) => input;

    internal sealed override Layer Bind(LayerBinder binder) => new ElementwiseLayer(binder, Activation);
}

/// <summary>A bound elementwise layer that no other absorbed. An image is one piece of work.</summary>
internal sealed class ElementwiseLayer : Layer
{
    private readonly Activation activation;
    private readonly Action<int, int> forwardItem, backwardItem;
    private FloatBuffer x, dy;

    public ElementwiseLayer(LayerBinder binder, Activation activation)
        : base(binder)
    {
        this.activation = activation;
        Output = binder.OutputLikeInput(needsInput: binder.NeedsInputGradient);
        InputGradient = binder.InputGradient();
        (forwardItem, backwardItem) = (ForwardItem, BackwardItem);
        x = dy = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => Output;

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

    private void ForwardItem(int n, int worker) => activation.Forward(Item(x, n), Item(Output, n));

    private void BackwardItem(int n, int worker) => activation.Backward(Item(x, n), Item(dy, n), Item(InputGradient!, n));

    private Span<float> Item(FloatBuffer buffer, int n) => buffer.Slice(n * Input.Length, Input.Length);
}
