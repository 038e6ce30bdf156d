using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Layers;

/// <summary>A list of fast layers with given parameters, run once forward and, where a gradient is given, backward.</summary>
internal sealed class FastLayers
{
    private readonly Dictionary<string, float[]> values, gradients = [];
    private readonly LayerSequence sequence;

    /// <summary>Parameters that are not set with <see cref="Set"/> are 0.</summary>
    public FastLayers(Shape input, params LayerSpec[] specs)
    {
        sequence = new LayerSequence(specs, input);
        values = sequence.Parameters.ToDictionary(parameter => parameter.Name, parameter => new float[parameter.Length]);
    }

    /// <summary>Threads of the team.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Where dropout takes its numbers from.</summary>
    public DropoutNoise Noise { get; init; } = new(1);

    /// <summary>All parameters: <c>0.weight</c>.</summary>
    public IReadOnlyList<Parameter> Parameters => sequence.Parameters;

    /// <summary>The gradient of the input from the last run.</summary>
    public Tensor4<float>? Dx { get; private set; }

    /// <summary>The gradient given to the last run, as the layers left it.</summary>
    public float[] DoutAfter { get; private set; } = [];

    /// <summary>Sets a parameter.</summary>
    public FastLayers Set(string name, ReadOnlySpan<float> numbers)
    {
        numbers.CopyTo(values[name]);
        return this;
    }

    /// <summary>A parameter's present numbers.</summary>
    public float[] Get(string name) => values[name];

    /// <summary>A parameter's gradient from the last run.</summary>
    public float[] Gradient(string name) => gradients[name];

    /// <summary>The outputs; with <paramref name="dout"/> the gradients too.</summary>
    public Tensor4<float> Run(Tensor4<float> x, bool training, Tensor4<float>? dout = null)
    {
        using var layers = new Sequential([.. sequence.Steps.Select(step => step.Layer)], sequence.Input, x.N, Threads, seed: 1, Noise);
        foreach ((string name, float[] numbers) in values) numbers.CopyTo(layers.Parameter(name));
        layers.Gradients.Fill(float.NaN); // a gradient that is not written shows
        float[] y = layers.Forward(x.Data, training).ToArray();
        if (dout is not null)
        {
            Dx = new Tensor4<float>(x.N, x.C, x.H, x.W, layers.Backward(dout.Data).ToArray());
            DoutAfter = layers.OutputGradient.ToArray();
        }

        foreach (string name in layers.Names)
            (values[name], gradients[name]) = (layers.Parameter(name).ToArray(), layers.Gradient(name).ToArray());
        return new Tensor4<float>(x.N, sequence.Output.Channels, sequence.Output.Height, sequence.Output.Width, y);
    }
}
