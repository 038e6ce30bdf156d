using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.LayerCases;

/// <summary>A layer on a small batch in training, computed by hand from the formula in its documentation.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="X">Its inputs.</param>
/// <param name="Y">Its outputs.</param>
/// <param name="Dout">The gradient of the outputs.</param>
/// <param name="Dx">The gradient of the inputs.</param>
internal sealed record HandComputed(LayerSpec Layer, Tensor4<float> X, float[] Y, float[] Dout, float[] Dx)
{
    /// <summary>A single input of one row.</summary>
    public HandComputed(LayerSpec layer, float[] x, float[] y, float[] dout, float[] dx)
        : this(layer, new Tensor4<float>(1, 1, 1, x.Length, x), y, dout, dx)
    {
    }

    /// <summary>Each parameter by its name: its numbers, and its gradient, or the numbers behind the step where it has none.</summary>
    public IReadOnlyDictionary<string, (float[] Before, float[] Expected)> Parameters { get; init; } = new Dictionary<string, (float[], float[])>();

    /// <summary>The uniform numbers of the step, one for each number of the batch.</summary>
    public float[] Noise { get; init; } = [];

    /// <summary>The shape of one input.</summary>
    public Shape Input => new(X.C, X.H, X.W);

    /// <summary>The gradient of the outputs in their shape.</summary>
    public Tensor4<float> OutputGradient
    {
        get
        {
            Shape output = Layer.Output(Input);
            return new Tensor4<float>(X.N, output.Channels, output.Height, output.Width, Dout);
        }
    }
}
