using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Layers;

/// <summary>A list of fast layers with given parameters, run once forward and, where a gradient is given, backward.</summary>
internal sealed class FastLayers
{
    private readonly FloatBuffer parameters, gradients;
    private readonly ParameterLayout layout = new();
    private readonly LayerSpec[] specs;
    private readonly Shape input, output;

    /// <summary>Fresh parameters: those that are not set with <see cref="Set"/> are 0.</summary>
    public FastLayers(Shape input, params LayerSpec[] specs)
    {
        (this.specs, this.input) = (specs, input);
        Shape shape = input;
        for (int i = 0; i < specs.Length; i++)
        {
            foreach (Parameter parameter in specs[i].Parameters(shape)) layout.Add(i, parameter);
            shape = specs[i].Output(shape);
        }

        output = shape;
        parameters = new FloatBuffer(layout.Length);
        gradients = new FloatBuffer(layout.Length);
        gradients.Span.Fill(float.NaN); // a gradient that is not written shows
    }

    /// <summary>Threads of the team.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Where dropout takes its numbers from.</summary>
    public DropoutNoise Noise { get; init; } = new(1);

    /// <summary>Parameter names as in files, in the network's order.</summary>
    public IEnumerable<PlacedParameter> Placed => layout.Parameters;

    /// <summary>The gradient of the input from the last run.</summary>
    public Tensor4<float>? Dx { get; private set; }

    /// <summary>The gradient given to the last run, as the layers left it.</summary>
    public float[] DoutAfter { get; private set; } = [];

    /// <summary>Sets a parameter: <c>0.weight</c>.</summary>
    public FastLayers Set(string name, ReadOnlySpan<float> values)
    {
        values.CopyTo(Find(name).In(parameters));
        return this;
    }

    /// <summary>A parameter's present numbers.</summary>
    public float[] Get(string name) => Find(name).In(parameters).ToArray();

    /// <summary>A parameter's gradient from the last run.</summary>
    public float[] Gradient(string name) => Find(name).In(gradients).ToArray();

    /// <summary>The layers bound for a batch; those that others absorbed are missing.</summary>
    public Layer[] Bind(int capacity, bool training, Team team) => new LayerBinder(specs, input, layout)
    {
        Parameters = parameters,
        Gradients = training ? new StoredGradients(gradients) : null,
        Capacity = capacity,
        Team = team,
        WantsInputGradient = true,
    }.BindAll();

    /// <summary>The outputs; with <paramref name="dout"/> the gradients too.</summary>
    public Tensor4<float> Run(Tensor4<float> x, bool training, Tensor4<float>? dout = null)
    {
        using var team = new Team(Threads);
        Layer[] layers = Bind(x.N, training, team);
        var pass = new Pass(x.N, training ? Noise : null);
        FloatBuffer first = Buffer(x.Data), current = first;
        foreach (Layer layer in layers)
        {
            layer.Forward(current, pass);
            current = layer.Output;
        }

        if (dout is not null)
        {
            FloatBuffer given = Buffer(dout.Data), gradient = given;
            for (int i = layers.Length - 1; i >= 0; i--)
            {
                layers[i].Backward(i == 0 ? first : layers[i - 1].Output, gradient, pass);
                gradient = layers[i].InputGradient!;
            }

            DoutAfter = given.Span.ToArray();
            Dx = new Tensor4<float>(x.N, x.C, x.H, x.W, gradient.Slice(0, x.Data.Length).ToArray());
        }

        return new Tensor4<float>(x.N, output.Channels, output.Height, output.Width, current.Slice(0, x.N * output.Length).ToArray());
    }

    private PlacedParameter Find(string name) => layout.Parameters.Single(p => p.FullName == $"layers.{name}");

    private static FloatBuffer Buffer(float[] values)
    {
        var buffer = new FloatBuffer(values.Length);
        values.CopyTo(buffer.Span);
        return buffer;
    }
}
