using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>Bound layers, each of which works on the outputs of the one before.</summary>
/// <param name="layers">At least one.</param>
internal sealed class BoundSequence(Layer[] layers)
{
    /// <summary>The bound layers, without those that others absorbed.</summary>
    public IReadOnlyList<Layer> Layers => layers;

    /// <summary>The outputs of the last forward pass.</summary>
    public FloatBuffer Output => layers[^1].Output;

    /// <summary>The gradient of the inputs from the last backward pass; null where nobody asks for it.</summary>
    public FloatBuffer? InputGradient => layers[0].InputGradient;

    /// <summary>Computes <see cref="Output"/> from x (N, input shape).</summary>
    public void Forward(FloatBuffer x, Pass pass)
    {
        foreach (Layer layer in layers)
        {
            layer.Forward(x, pass);
            x = layer.Output;
        }
    }

    /// <summary>
    /// Computes <see cref="InputGradient"/> and hands over the parameters' gradients from x and dy (N, output shape), after a forward pass in training
    /// on the same x.
    /// </summary>
    public void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            layers[i].Backward(i == 0 ? x : layers[i - 1].Output, dy, pass);
            if (layers[i].InputGradient is not { } gradient) return; // nothing before it learns
            dy = gradient;
        }
    }
}
