using System.Numerics;
using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Reference;

/// <summary>
/// Reference layers one after the other under a softmax loss, with the L2 term 0.5 * decay * |w|^2 of every convolution and affine weight:
/// what a network computes, as plainly as it can be said, in double or float.
/// </summary>
/// <param name="layers">From input to scores.</param>
/// <param name="decay">Factor of the L2 term, 0 or more, default 0.</param>
internal sealed class ReferenceNetwork<T>(IReadOnlyList<ReferenceLayer<T>> layers, double decay = 0)
    where T : IFloatingPointIeee754<T>
{
    private readonly T decay = T.CreateChecked(decay);
    private List<Tensor4<T>> activations = [];
    private Tensor4<T>? dscores;

    /// <summary>All parameters in the order of the layers, named <c>{layer index}.{name}</c>: <c>0.weight, 0.bias, 3.weight, ...</c></summary>
    public IReadOnlyList<ReferenceParameter<T>> Parameters { get; } =
        [.. layers.SelectMany((layer, i) => layer.Parameters.Select(parameter => parameter with { Name = $"{i}.{parameter.Name}" }))];

    /// <summary>The scores (N, classes); in training with the batch's statistics and dropout.</summary>
    public Tensor4<T> Forward(Tensor4<T> x, bool training) => Activations(x, training)[^1];

    /// <summary>The loss of a training step, L2 term included; keeps what <see cref="Backward"/> needs.</summary>
    public T Loss(Tensor4<T> x, int[] labels)
    {
        activations = Activations(x, training: true);
        (T loss, dscores) = SoftmaxLoss.Forward(activations[^1], labels);
        T squares = T.Zero;
        foreach (ReferenceParameter<T> parameter in Parameters.Where(parameter => parameter.Decays))
            foreach (T value in parameter.Values) squares += value * value;
        return loss + T.CreateChecked(0.5) * decay * squares;
    }

    /// <summary>Gradients of the loss that <see cref="Loss"/> returned last.</summary>
    public ReferenceGradients<T> Backward()
    {
        Tensor4<T> dout = dscores ?? throw new InvalidOperationException("Backward needs the loss first.");
        var gradients = new Dictionary<string, T[]>();
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            (dout, T[][] ofParameters) = layers[i].Backward(dout, activations[i]);
            foreach ((ReferenceParameter<T> parameter, T[] gradient) in layers[i].Parameters.Zip(ofParameters))
            {
                T[] total = parameter.Decays ? [.. gradient.Zip(parameter.Values, (d, w) => d + decay * w)] : gradient;
                gradients.Add($"{i}.{parameter.Name}", total);
            }
        }

        return new(dout, gradients);
    }

    /// <summary>The input of each layer, and last the output.</summary>
    private List<Tensor4<T>> Activations(Tensor4<T> x, bool training)
    {
        List<Tensor4<T>> values = [x];
        foreach (ReferenceLayer<T> layer in layers) values.Add(layer.Forward(values[^1], training));
        return values;
    }
}

/// <summary>Gradients of a network's input, and of its parameters by their names.</summary>
internal sealed record ReferenceGradients<T>(Tensor4<T> Dx, IReadOnlyDictionary<string, T[]> Parameters)
    where T : IFloatingPointIeee754<T>;
