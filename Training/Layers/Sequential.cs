using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Layers one after the other, to be run by hand on given arrays: one layer alone to study it, or several. They begin as in a network; afterwards
/// the parameters are the caller's to change. Not for use by several threads at once.
/// </summary>
public sealed class Sequential : IDisposable
{
    private readonly ParameterLayout layout = new();
    private readonly FloatBuffer parameters, gradients, x, dy;
    private readonly BoundSequence layers;
    private readonly Team team;
    private Pass last;
    private bool isForward; // whether the last call was a forward pass

    /// <summary>Binds layers.</summary>
    /// <param name="layers">The layers, at least one. InvalidInputException names the field (as <c>layers[0].size</c>) that is at fault.</param>
    /// <param name="input">The shape of one input, (C, H, W).</param>
    /// <param name="capacity">The most inputs of one batch, at least 1.</param>
    /// <param name="threads">Threads that share the work, at least 1. They never change a bit of a result.</param>
    /// <param name="seed">The seed of the weights and of dropout, default 1.</param>
    public Sequential(IReadOnlyList<LayerSpec> layers, Shape input, int capacity, int threads = 1, ulong seed = 1)
        : this(layers, input, capacity, threads, seed, new DropoutNoise(seed))
    {
    }

    internal Sequential(IReadOnlyList<LayerSpec> layers, Shape input, int capacity, int threads, ulong seed, DropoutNoise noise)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentOutOfRangeException.ThrowIfZero(layers.Count, nameof(layers));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        foreach ((int i, LayerSpec layer) in layers.Index()) SpecJson.CheckValues(layer, $"layers[{i}]");
        var sequence = new LayerSequence(layers, input);
        foreach (Parameter parameter in sequence.Parameters) layout.Add(parameter);
        (Input, Output, Capacity, Noise) = (sequence.Input, sequence.Output, capacity, noise);
        parameters = layout.Initialize(seed, deviation: null);
        gradients = new FloatBuffer(layout.Length);
        team = new Team(threads);
        var binding = new Binding(layout, parameters, new StoredGradients(gradients), capacity, team);
        this.layers = new LayerBinder(sequence, binding, scope: "", wantsInputGradient: true).BindAll();
        (x, dy) = (new FloatBuffer(checked(capacity * Input.Length)), new FloatBuffer(checked(capacity * Output.Length)));
    }

    /// <summary>The shape of one input.</summary>
    public Shape Input { get; }

    /// <summary>The shape of one output.</summary>
    public Shape Output { get; }

    /// <summary>The most inputs of one batch.</summary>
    public int Capacity { get; }

    /// <summary>The iteration whose dropout is drawn, counted from 0.</summary>
    public long Iteration
    {
        get => Noise.Iteration;
        set => Noise.Iteration = value;
    }

    /// <summary>The names of all parameters, running statistics included: <c>0.weight</c>.</summary>
    public IReadOnlyList<string> Names => [.. layout.Parameters.Select(parameter => parameter.Name)];

    internal Span<float> Gradients => gradients.Span;

    internal ReadOnlySpan<float> OutputGradient => dy.Span[..(last.Count * Output.Length)];

    private DropoutNoise Noise { get; }

    /// <summary>The numbers of a parameter, row-major, to read and to change.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Span<float> Parameter(string name) => layout[name].In(parameters);

    /// <summary>The gradient of a parameter from the last backward pass; 0 for running statistics.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public ReadOnlySpan<float> Gradient(string name) => layout[name].In(gradients);

    /// <summary>The outputs (N, output shape) for inputs x (N, input shape), valid until the next call.</summary>
    /// <param name="x">Up to <see cref="Capacity"/> inputs.</param>
    /// <param name="training">
    /// Whether the batch's own statistics normalise it, which the running ones then follow, and dropout drops; <see cref="Backward"/> needs such a pass.
    /// </param>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> x, bool training = false)
    {
        int count = x.Length / Input.Length;
        if (count * Input.Length != x.Length || count < 1 || count > Capacity)
            throw new ArgumentException($"{x.Length} numbers are not 1 to {Capacity} inputs of {Input.Length}.", nameof(x));
        x.CopyTo(this.x.Span);
        (last, isForward) = (new Pass(count, training ? Noise : null), true);
        layers.Forward(this.x, last);
        return layers.Output.Slice(0, count * Output.Length);
    }

    /// <summary>
    /// The gradients of the inputs (N, input shape) from those of the outputs, dy (N, output shape), of the last forward pass; valid until the next
    /// call. Those of the parameters are then in <see cref="Gradient"/>. Once after each forward pass, whose outputs make room for gradients.
    /// </summary>
    /// <exception cref="InvalidOperationException">The last call was no forward pass in training.</exception>
    public ReadOnlySpan<float> Backward(ReadOnlySpan<float> dy)
    {
        if (!isForward || !last.IsTraining) throw new InvalidOperationException("Run forward in training first.");
        if (dy.Length != last.Count * Output.Length)
            throw new ArgumentException($"{dy.Length} numbers are not {last.Count} gradients of {Output.Length}.", nameof(dy));
        dy.CopyTo(this.dy.Span);
        isForward = false;
        layers.Backward(x, this.dy, last);
        return layers.InputGradient!.Slice(0, last.Count * Input.Length);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => team.Dispose();
}
