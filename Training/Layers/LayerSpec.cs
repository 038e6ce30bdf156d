using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>One layer of a network as the user writes it: its settings, what it makes of a shape, and how to bind it. One file per layer.</summary>
public abstract record LayerSpec
{
    /// <summary>The shape that this layer gives for an input; InvalidInputException (part: the field at fault) where it does not fit.</summary>
    internal abstract Shape Output(Shape input);

    /// <summary>The fewest images of a batch that the layer learns something from.</summary>
    internal virtual int SmallestBatch(Shape input) => 1;

    /// <summary>The layer's parameters, in the order of files.</summary>
    internal virtual IReadOnlyList<Parameter> Parameters(Shape input) => [];

    /// <summary>What the layer takes; unless said otherwise its outputs.</summary>
    internal virtual LayerCost Cost(Shape input) => new(Outputs: Output(input).Length, Kept: Output(input).Length);

    /// <summary>The same layer with what was left out filled in; <paramref name="classes"/> is the number of classes if this is the last layer.</summary>
    internal virtual LayerSpec Complete(int? classes) => this;

    /// <summary>The same layer, whose parameters stay as they begin.</summary>
    internal virtual LayerSpec Freeze() => this;

    /// <summary>How many of the layers behind it this one does the work of, on numbers while they are at hand.</summary>
    internal virtual int Absorbs(ReadOnlySpan<LayerSpec> behind) => 0;

    /// <summary>Makes the layer that runs, which absorbs as many of those behind it as <see cref="Absorbs"/> says.</summary>
    internal abstract Layer Bind(LayerBinder binder);
}
