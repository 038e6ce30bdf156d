using System.Reflection;
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
    private const string Scope = "layers."; // before the parameters' names
    private const string WhitenedName = Scope + "0.weight";
    private readonly LayerSequence sequence;

    /// <summary>Infers all shapes. InvalidInputException names the field of the spec (as <c>model.layers[3].size</c>) that does not fit.</summary>
    /// <param name="spec">The network as the user wrote it.</param>
    /// <param name="input">The shape of one image, (C, H, W).</param>
    /// <param name="classes">The number of classes, at least 1.</param>
    public Network(ModelSpec spec, Shape input, int classes)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        SpecJson.CheckValues(spec, "model");
        (Spec, Classes) = (spec, classes);
        Layers = Complete(LayerSequence.At("model", () => spec.Expand(input)), classes);
        sequence = new LayerSequence(Layers, input, index => spec is LayerList ? $"model.layers[{index}]" : "model");
        if (Cost.Layers > ModelSpec.LayersInside)
            throw new InvalidInputException("model.layers", $"the network has {Cost.Layers} layers, those inside of others included; give at most {ModelSpec.LayersInside}.");
        foreach (Parameter parameter in sequence.Parameters) Layout.Add(parameter with { Name = Scope + parameter.Name });
        if (Layout.Parameters.FirstOrDefault(p => p.Parameter.Initialization == Initialization.Whitening && p.Name != WhitenedName) is { } other)
            throw new InvalidInputException("model.layers", $"{other.Name} begins with whitening, which is of the images themselves; use it in the first layer.");
        if (sequence.Output != Shape.Vector(classes))
            throw new InvalidInputException(
                "model.layers",
                $"the last layer gives {sequence.Output.Length} numbers, but there are {classes} classes; end with an affine layer and leave its units out.");
    }

    /// <summary>The network as the user wrote it.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The layers that the spec stands for, complete.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; }

    /// <summary>The shape of one image.</summary>
    public Shape Input => sequence.Input;

    /// <summary>The number of classes, which is the number of scores.</summary>
    public int Classes { get; }

    /// <summary>The number of parameters, running statistics included.</summary>
    public long ParameterCount => Layout.Count;

    /// <summary>Bytes of one image and of all layers' outputs for it: at most what each image of a batch takes when predicting.</summary>
    public long BytesPerImage => sizeof(float) * (Input.Length + Cost.Outputs);

    /// <summary>Floating-point operations of one prediction, by the plain formulas of convolution and affine layers: a multiply-add counts 2.</summary>
    public long OperationsPerImage => 2 * Cost.MultiplyAdds;

    /// <summary>
    /// Floating-point operations of training on one image: forward, as many for the weights' gradient, and as many for the inputs' but in the first
    /// layer, where nobody asks for it.
    /// </summary>
    public long TrainingOperationsPerImage => 2 * (3 * Cost.MultiplyAdds - sequence.Steps[0].Cost.MultiplyAdds);

    /// <summary>The fewest images of a batch from which every layer learns: 2 where there is batch normalisation of vectors, otherwise 1.</summary>
    public int SmallestBatch => sequence.SmallestBatch.Images;

    /// <summary>Refuses a batch size from which a layer learns nothing; InvalidInputException names batchSize.</summary>
    public void CheckBatchSize(int batchSize)
    {
        if (batchSize < SmallestBatch)
            throw new InvalidInputException(
                "batchSize",
                $"is {batchSize}, and batch normalisation of vectors ({sequence.SmallestBatch.Part}) learns nothing from fewer than "
                + $"{SmallestBatch} images; give at least that.");
    }

    /// <summary>The layers with their shapes and costs.</summary>
    public IReadOnlyList<LayerDescription> Describe() =>
    [
        .. sequence.Steps.Select((step, i) => new LayerDescription(
            $"{Scope}{i}",
            step.Layer.GetType().GetCustomAttribute<SpecNameAttribute>()!.Name,
            step.Output,
            step.Layer.Parameters(step.Input).Sum(parameter => (long)parameter.Length),
            2 * step.Cost.MultiplyAdds)),
    ];

    /// <summary>The number of parameters for which a model has some of equal path and shape.</summary>
    public long CountShared(Model model) => Shared(model).Sum(pair => (long)pair.Own.Length);

    /// <summary>What the layers take.</summary>
    internal LayerCost Cost => sequence.Cost;

    /// <summary>Where each parameter lies in a block.</summary>
    internal ParameterLayout Layout { get; } = new();

    /// <summary>A block of fresh parameters, a pure function of the seed.</summary>
    internal FloatBuffer Initialize(ulong seed) => Layout.Initialize(seed, Spec.InitialDeviation);

    /// <summary>Takes the parameters of equal path and shape from a model.</summary>
    internal void Take(FloatBuffer parameters, Model from)
    {
        foreach ((PlacedParameter own, PlacedParameter other) in Shared(from)) other.In(from.Parameters).CopyTo(own.In(parameters));
    }

    /// <summary>Binds the layers to parameters and to buffers for a batch.</summary>
    internal BoundNetwork Bind(FloatBuffer parameters, IGradientSink? gradients, int capacity, Team team, bool wantsInputGradient = false)
    {
        var binding = new Binding(Layout, parameters, gradients, capacity, team);
        return new BoundNetwork(new LayerBinder(sequence, binding, Scope, wantsInputGradient).BindAll(), capacity, Input);
    }

    private IEnumerable<(PlacedParameter Own, PlacedParameter Other)> Shared(Model model) =>
        from own in Layout.Parameters
        join other in model.Network.Layout.Parameters on own.Name equals other.Name
        where own.Parameter.Shape.SequenceEqual(other.Parameter.Shape)
        select (own, other);

    private static LayerSpec[] Complete(IReadOnlyList<LayerSpec> layers, int classes) =>
        [.. layers.Select((layer, i) => layer.Complete(i == layers.Count - 1 ? classes : null))];
}

/// <summary>A network bound to parameters and buffers: what one thread trains or predicts with.</summary>
internal sealed class BoundNetwork(BoundSequence layers, int capacity, Shape input)
{
    /// <summary>The bound layers, without those that others absorbed.</summary>
    public IReadOnlyList<Layer> Layers => layers.Layers;

    /// <summary>The largest batch.</summary>
    public int Capacity => capacity;

    /// <summary>Where the caller puts the images, (N, C, H, W).</summary>
    public FloatBuffer Input { get; } = new(checked(capacity * input.Length));

    /// <summary>The scores of the last forward pass, (N, classes).</summary>
    public FloatBuffer Scores => layers.Output;

    /// <summary>The gradient of the images, where it was asked for.</summary>
    public FloatBuffer? InputGradient => layers.InputGradient;

    /// <summary>Computes <see cref="Scores"/>.</summary>
    public void Forward(Pass pass) => layers.Forward(Input, pass);

    /// <summary>
    /// Computes all gradients from that of the scores, (N, classes), after a forward pass in training; those of parameters go to the receiver that the
    /// network is bound to.
    /// </summary>
    public void Backward(FloatBuffer scoresGradient, Pass pass) => layers.Backward(Input, scoresGradient, pass);
}
