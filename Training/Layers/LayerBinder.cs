using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>What the layers of a network share when they are bound.</summary>
/// <param name="Layout">Where each parameter lies.</param>
/// <param name="Parameters">The parameters' block.</param>
/// <param name="Gradients">The receiver of the parameters' gradients; null binds for prediction.</param>
/// <param name="Capacity">The most images of a batch.</param>
/// <param name="Team">The threads that share the work.</param>
internal sealed record Binding(ParameterLayout Layout, FloatBuffer Parameters, IGradientSink? Gradients, int Capacity, Team Team)
{
    private readonly Dictionary<string, FloatBuffer[]> gradients = [];

    /// <summary>What the layers' kernels work with.</summary>
    public LayerMemory Memory { get; } = new(Team, new Scratch(), Capacity, KeepsFilters: Gradients is null);

    /// <summary>Layers bound so far, those inside of others and those absorbed included.</summary>
    public int Layers { get; set; }

    /// <summary>
    /// One of two buffers that the layers of a sequence write their inputs' gradients to in turns: each is read by the layer before alone, and so
    /// gone when the next but one writes.
    /// </summary>
    /// <param name="sequence">The place of the sequence; one that is run when another is over may have the same.</param>
    /// <param name="turn">Whose turn it is, 0 or 1.</param>
    /// <param name="length">The fewest numbers.</param>
    public FloatBuffer Gradient(string sequence, int turn, int length)
    {
        if (!gradients.TryGetValue(sequence, out FloatBuffer[]? pair)) gradients.Add(sequence, pair = [new FloatBuffer(0), new FloatBuffer(0)]);
        if (pair[turn].Length < length) pair[turn] = new FloatBuffer(length);
        return pair[turn];
    }
}

/// <summary>Walks a sequence of layers and gives each what it needs to be bound.</summary>
/// <param name="sequence">The layers.</param>
/// <param name="binding">What they share with all others.</param>
/// <param name="scope">The path before the names of their parameters, such as <c>layers.</c></param>
/// <param name="wantsInputGradient">Whether somebody asks for the gradient of the first layer's input.</param>
internal sealed class LayerBinder(LayerSequence sequence, Binding binding, string scope, bool wantsInputGradient)
{
    // Equal for the blocks of one list, which are run one after the other.
    private readonly string place = string.Concat(scope.Where(character => !char.IsAsciiDigit(character)));
    private int next, index;
    private bool isTrained; // whether a parameter of the layers so far is trained
    private bool isTrainedBefore; // or of those before the one being bound
    private int gradientTurn;
    private Layer? before; // the layer that was bound last

    /// <summary>The parameters' block.</summary>
    public FloatBuffer Parameters => binding.Parameters;

    /// <summary>The receiver of the parameters' gradients; null binds for prediction.</summary>
    public IGradientSink? Gradients => binding.Gradients;

    /// <summary>The most images of a batch.</summary>
    public int Capacity => binding.Capacity;

    /// <summary>The threads that share the work.</summary>
    public Team Team => binding.Team;

    /// <summary>What the layer's kernels work with.</summary>
    public LayerMemory Memory => binding.Memory;

    /// <summary>Whether gradients are computed.</summary>
    public bool ForTraining => Gradients is not null;

    /// <summary>The input shape of the layer being bound.</summary>
    public Shape Input { get; private set; }

    /// <summary>The output shape of the layer being bound, or of the last one that it absorbed.</summary>
    public Shape Output { get; private set; }

    /// <summary>The number of layers of the whole network before the one that was bound or absorbed last: the stream of its noise.</summary>
    public int Ordinal { get; private set; }

    /// <summary>Binds all layers; those that others absorbed are missing from the result.</summary>
    public BoundSequence BindAll()
    {
        var layers = new List<Layer>();
        while (next < sequence.Steps.Count)
        {
            (index, Input, isTrainedBefore) = (next, sequence.Steps[next].Input, isTrained);
            layers.Add(before = Take().Bind(this));
        }

        return new BoundSequence([.. layers]);
    }

    /// <summary>The next layer, if it is of that kind and <paramref name="fits"/> agrees: the layer being bound takes over its work.</summary>
    public T? Absorb<T>(Func<T, bool>? fits = null)
        where T : LayerSpec
    {
        if (next >= sequence.Steps.Count || sequence.Steps[next].Layer is not T layer || fits?.Invoke(layer) == false) return null;
        Take();
        return layer;
    }

    /// <summary>Binds layers inside of the one being bound, over the same input.</summary>
    /// <param name="name">The name of their list, which their parameters' names begin with: <c>layers.3.{name}.0.weight</c>.</param>
    /// <param name="inside">The layers.</param>
    public BoundSequence Enter(string name, LayerSequence inside) =>
        new LayerBinder(inside, binding, $"{scope}{index}.{name}.", NeedsInputGradient).BindAll();

    /// <summary>A parameter of the layer being bound.</summary>
    public PlacedParameter Parameter(string name) => binding.Layout[$"{scope}{index}.{name}"];

    /// <summary>A buffer of <paramref name="perItem"/> numbers for each item of the batch.</summary>
    public FloatBuffer Buffer(int perItem) => new(checked(Capacity * perItem));

    /// <summary>A buffer for outputs of the input's shape: where the layer does not need its input afterwards, and nobody else does, the input's own.</summary>
    /// <param name="needsInput">Whether the layer's backward pass reads its input.</param>
    public FloatBuffer OutputLikeInput(bool needsInput) => (needsInput ? null : before?.ReusableOutput) ?? Buffer(Input.Length);

    /// <summary>Whether somebody asks for the gradient of the bound layer's input: a layer before it that learns, or the caller.</summary>
    public bool NeedsInputGradient => ForTraining && (isTrainedBefore || wantsInputGradient);

    /// <summary>
    /// A buffer for the input's gradient, where one is needed: nobody reads that of the images, or behind frozen layers. It is the input's own where
    /// nobody else needs the input. Asked for once by each layer.
    /// </summary>
    public FloatBuffer? InputGradient()
    {
        if (!NeedsInputGradient) return null;
        if (before?.ReusableOutput is { } input) return input;
        return isTrainedBefore ? binding.Gradient(place, gradientTurn = 1 - gradientTurn, checked(Capacity * Input.Length)) : Buffer(Input.Length);
    }

    private LayerSpec Take()
    {
        LayerSequence.Step step = sequence.Steps[next++];
        (Output, Ordinal) = (step.Output, binding.Layers++);
        isTrained |= step.Layer.Parameters(step.Input).Any(parameter => parameter.IsTrained);
        return step.Layer;
    }
}
