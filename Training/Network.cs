using CnnService.Training.Kernels;
using CnnService.Training.Layers;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training;

/// <summary>
/// The structure of a network: its layers with their shapes, and where each parameter lies. It holds no numbers, so one network serves any number of
/// parameter sets and threads.
/// </summary>
public sealed class Network
{
    private const long ParameterLimit = 256L * 1024 * 1024;
    private readonly (int Images, string Part) smallestBatch = (1, "model");

    /// <summary>Infers all shapes. InvalidInputException names the field of the spec (as <c>model.layers[3].size</c>) that does not fit.</summary>
    /// <param name="spec">The network as the user wrote it.</param>
    /// <param name="input">The shape of one image, (C, H, W).</param>
    /// <param name="classes">The number of classes, at least 1.</param>
    public Network(ModelSpec spec, Shape input, int classes)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        SpecJson.CheckValues(spec, "model");
        (Spec, Input, Classes) = (spec, input, classes);
        Layers = Complete(At("model", () => spec.Expand(input)), classes);

        Shape shape = input;
        long count = 0, numbers = input.Length;
        for (int i = 0; i < Layers.Count; i++)
        {
            LayerSpec layer = Layers[i];
            Shape from = shape;
            string part = spec is LayerList ? $"model.layers[{i}]" : "model";
            shape = At(part, () => layer.Output(from));
            numbers += shape.Length;
            if (layer.SmallestBatch(from) is var smallest && smallest > smallestBatch.Images) smallestBatch = (smallest, part);
            foreach (Parameter parameter in layer.Parameters(from))
            {
                count += parameter.Shape.Aggregate(1L, (product, extent) => product * extent);
                if (count > ParameterLimit) throw new InvalidInputException(part, $"the network has over {ParameterLimit:N0} parameters; use fewer filters or units, or pool before this layer.");
                Layout.Add(i, parameter);
            }
        }

        BytesPerImage = numbers * sizeof(float);
        if (shape != Shape.Vector(classes))
            throw new InvalidInputException("model.layers", $"the last layer gives {shape.Length} numbers, but there are {classes} classes; end with an affine layer and leave its units out.");
    }

    /// <summary>The network as the user wrote it.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The layers that the spec stands for, complete.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; }

    /// <summary>The shape of one image.</summary>
    public Shape Input { get; }

    /// <summary>The number of classes, which is the number of scores.</summary>
    public int Classes { get; }

    /// <summary>The number of parameters, running statistics included.</summary>
    public long ParameterCount => Layout.Count;

    /// <summary>Bytes of one image and of all layers' outputs for it: at most what each image of a batch takes when predicting.</summary>
    public long BytesPerImage { get; }

    /// <summary>The fewest images of a batch from which every layer learns: 2 where there is batch normalisation of vectors, otherwise 1.</summary>
    public int SmallestBatch => smallestBatch.Images;

    /// <summary>Refuses a batch size from which a layer learns nothing; InvalidInputException names batchSize.</summary>
    public void CheckBatchSize(int batchSize)
    {
        if (batchSize < SmallestBatch)
            throw new InvalidInputException(
                "batchSize",
                $"is {batchSize}, and batch normalisation of vectors ({smallestBatch.Part}) learns nothing from fewer than "
                + $"{SmallestBatch} images; give at least that.");
    }

    /// <summary>Where each parameter lies in a block.</summary>
    internal ParameterLayout Layout { get; } = new();

    /// <summary>A block of fresh parameters, a pure function of the seed.</summary>
    internal FloatBuffer Initialize(ulong seed)
    {
        var block = new FloatBuffer(Layout.Length);
        for (int i = 0; i < Layout.Parameters.Count; i++)
        {
            PlacedParameter placed = Layout.Parameters[i];
            Span<float> values = placed.In(block);
            switch (placed.Parameter.Kind)
            {
                case ParameterKind.Weight:
                    double deviation = Spec.InitialDeviation ?? Math.Sqrt(2.0 / placed.Parameter.FanIn);
                    var chance = new Chance(seed, Purpose.Weights, (ulong)i);
                    for (int j = 0; j < values.Length; j++) values[j] = (float)(deviation * chance.Normal((ulong)j));
                    break;
                case ParameterKind.Scale or ParameterKind.RunningVariance:
                    values.Fill(1);
                    break;
            }
        }

        return block;
    }

    /// <summary>Binds the layers to parameters and to buffers for a batch.</summary>
    internal BoundNetwork Bind(FloatBuffer parameters, IGradientSink? gradients, int capacity, Team team, bool wantsInputGradient = false) =>
        new(this, new LayerBinder(Layers, Input, Layout)
        {
            Parameters = parameters,
            Gradients = gradients,
            Capacity = capacity,
            Team = team,
            WantsInputGradient = wantsInputGradient,
        });

    private static LayerSpec[] Complete(IReadOnlyList<LayerSpec> layers, int classes) =>
        [.. layers.Select((layer, i) => layer.Complete(i == layers.Count - 1 ? classes : null))];

    private static T At<T>(string part, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InvalidInputException e)
        {
            throw new InvalidInputException(e.Part.Length == 0 ? part : $"{part}.{e.Part}", e.Reason);
        }
    }
}

/// <summary>A network bound to parameters and buffers: what one thread trains or predicts with.</summary>
internal sealed class BoundNetwork
{
    private readonly Layer[] layers;

    public BoundNetwork(Network network, LayerBinder binder)
    {
        Capacity = binder.Capacity;
        Input = binder.Buffer(network.Input.Length);
        layers = binder.BindAll();
    }

    /// <summary>The bound layers, without those that others absorbed.</summary>
    public IReadOnlyList<Layer> Layers => layers;

    /// <summary>The largest batch.</summary>
    public int Capacity { get; }

    /// <summary>Where the caller puts the images, (N, C, H, W).</summary>
    public FloatBuffer Input { get; }

    /// <summary>The scores of the last forward pass, (N, classes).</summary>
    public FloatBuffer Scores => layers[^1].Output;

    /// <summary>The gradient of the images, where it was asked for.</summary>
    public FloatBuffer? InputGradient => layers[0].InputGradient;

    /// <summary>Computes <see cref="Scores"/>.</summary>
    public void Forward(Pass pass)
    {
        FloatBuffer x = Input;
        foreach (Layer layer in layers)
        {
            layer.Forward(x, pass);
            x = layer.Output;
        }
    }

    /// <summary>Computes all gradients from that of the scores, (N, classes), after a forward pass in training; those of parameters go to whom the network is bound to.</summary>
    public void Backward(FloatBuffer scoresGradient, Pass pass)
    {
        FloatBuffer dy = scoresGradient;
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            layers[i].Backward(i == 0 ? Input : layers[i - 1].Output, dy, pass);
            if (i > 0) dy = layers[i].InputGradient!;
        }
    }
}
