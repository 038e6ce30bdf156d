using CnnService.Training.Tensors;

namespace CnnService.Training;

/// <summary>The filters of a network's first convolution, which look at pixels and so can be looked at themselves.</summary>
public sealed class FirstFilters
{
    private readonly float[] weights;

    private FirstFilters(Shape shape, float[] weights) => (Shape, this.weights) = (shape, weights);

    /// <summary>(C, HH, WW) of each filter.</summary>
    public Shape Shape { get; }

    /// <summary>F, how many there are.</summary>
    public int Count => weights.Length / Shape.Length;

    /// <summary>The weights of a filter, (C, HH, WW).</summary>
    /// <param name="index">Which filter, from 0.</param>
    public ReadOnlySpan<float> this[int index] => weights.AsSpan(index * Shape.Length, Shape.Length);

    /// <summary>The filters of a model; null if its first layer with weights is no convolution.</summary>
    public static FirstFilters? Of(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        PlacedParameter? first = model.Network.Layout.Parameters.FirstOrDefault(p => p.Parameter.Kind == ParameterKind.Weight);
        return first?.Parameter.Shape is [_, int channels, int height, int width]
            ? new FirstFilters(new Shape(channels, height, width), first.In(model.Parameters).ToArray())
            : null;
    }
}
