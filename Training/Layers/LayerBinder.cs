using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>Walks the layers of a network and gives each what it needs to be bound.</summary>
internal sealed class LayerBinder(IReadOnlyList<LayerSpec> specs, Shape input, ParameterLayout layout)
{
    private int next;
    private bool below;

    /// <summary>The parameters' block.</summary>
    public required FloatBuffer Parameters { get; init; }

    /// <summary>Who takes the gradients; null binds for prediction.</summary>
    public IGradientSink? Gradients { get; init; }

    /// <summary>The largest batch.</summary>
    public required int Capacity { get; init; }

    /// <summary>Who does the work.</summary>
    public required Team Team { get; init; }

    /// <summary>Whether the gradient of the network's input is wanted, as tests do.</summary>
    public bool WantsInputGradient { get; init; }

    /// <summary>Whether gradients are computed.</summary>
    public bool ForTraining => Gradients is not null;

    /// <summary>The index in the list of the layer being bound.</summary>
    public int Index { get; private set; }

    /// <summary>The input shape of the layer being bound, then of the layers absorbed.</summary>
    public Shape Input { get; private set; } = input;

    /// <summary>The output shape of the layers bound so far.</summary>
    public Shape Output { get; private set; } = input;

    /// <summary>Binds all layers; those that others absorbed are missing from the result.</summary>
    public Layer[] BindAll()
    {
        var layers = new List<Layer>();
        while (next < specs.Count)
        {
            (Input, Index) = (Output, next);
            LayerSpec spec = specs[next++];
            Output = spec.Output(Input);
            layers.Add(spec.Bind(this));
            below = true;
        }

        return [.. layers];
    }

    /// <summary>The next layer, if it is of that kind and <paramref name="fits"/> agrees: the layer being bound takes over its work.</summary>
    public T? Absorb<T>(Func<T, bool>? fits = null)
        where T : LayerSpec
    {
        if (next >= specs.Count || specs[next] is not T spec || fits?.Invoke(spec) == false) return null;
        Output = spec.Output(Output);
        next++;
        return spec;
    }

    /// <summary>A parameter of the layer being bound.</summary>
    public PlacedParameter Parameter(string name) => layout.Find(Index, name);

    /// <summary>A buffer of <paramref name="perItem"/> numbers for each item of the batch.</summary>
    public FloatBuffer Buffer(int perItem) => new(checked(Capacity * perItem));

    /// <summary>A buffer for the input's gradient, where one is needed: nobody reads that of the images.</summary>
    public FloatBuffer? InputGradient() => ForTraining && (below || WantsInputGradient) ? Buffer(Input.Length) : null;
}
