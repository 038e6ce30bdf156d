using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// A layer bound to parameters and to buffers for a batch: it runs forward, and, bound for training, backward. It does not own its parameters,
/// so that many bound layers, one per thread that predicts, can share them.
/// </summary>
internal abstract class Layer
{
    /// <summary>Binds to the layer's place in the network.</summary>
    protected Layer(LayerBinder binder)
    {
        (Team, Parameters, Gradients) = (binder.Team, binder.Parameters, binder.Gradients);
        Input = binder.Input;
    }

    /// <summary>The shape of one input.</summary>
    public Shape Input { get; }

    /// <summary>The outputs of the last forward pass, (N, output shape).</summary>
    public abstract FloatBuffer Output { get; }

    /// <summary>
    /// The same memory where the layer's backward pass does not read it: the layer behind may write its own outputs or its input's gradient over it.
    /// Null where the outputs have to stay.
    /// </summary>
    public virtual FloatBuffer? ReusableOutput => null;

    /// <summary>The gradient of the inputs from the last backward pass, (N, input shape); null where nobody asks for it.</summary>
    public abstract FloatBuffer? InputGradient { get; }

    /// <summary>The threads that share the work.</summary>
    protected Team Team { get; }

    /// <summary>All parameters of the network.</summary>
    protected FloatBuffer Parameters { get; }

    /// <summary>The receiver of the parameters' gradients; null when bound for prediction.</summary>
    protected IGradientSink? Gradients { get; }

    /// <summary>Computes <see cref="Output"/> from x (N, input shape).</summary>
    public abstract void Forward(FloatBuffer x, Pass pass);

    /// <summary>
    /// Computes <see cref="InputGradient"/> and hands over the gradients of the layer's parameters from x and dy (N, output shape), after a forward pass
    /// in training on the same x. The gradient may lie where x did: what is read of x is read before it is written.
    /// </summary>
    public abstract void Backward(FloatBuffer x, FloatBuffer dy, Pass pass);
}

/// <summary>One pass over a batch.</summary>
/// <param name="Count">N, up to the capacity.</param>
/// <param name="Noise">Where dropout takes its numbers from in training; null when predicting.</param>
internal readonly record struct Pass(int Count, DropoutNoise? Noise = null)
{
    /// <summary>Whether this is a training pass.</summary>
    public bool IsTraining => Noise is not null;
}

/// <summary>The uniform numbers behind dropout masks, as a function of (seed, iteration, layer, index).</summary>
internal class DropoutNoise(ulong seed)
{
    /// <summary>The iteration whose numbers are drawn.</summary>
    public long Iteration { get; set; }

    /// <summary>Fills with numbers in [0, 1) for a layer; <paramref name="first"/> is a multiple of 4.</summary>
    public virtual void Fill(int layer, long first, Span<float> destination) =>
        new Chance(seed, Purpose.Dropout, (ulong)Iteration << 10 | (uint)layer).FillUniform(destination, (ulong)first);
}
