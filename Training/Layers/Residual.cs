using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>How the input of a residual block reaches its output where the shapes differ.</summary>
public enum Projection
{
    /// <summary>By a 1x1 convolution without bias, with the stride that fits (He et al. 2016, option B); as it is where the shapes are equal.</summary>
    Auto,

    /// <summary>Never: the shapes have to be equal.</summary>
    None,
}

/// <summary>
/// Residual block (He et al. 2016): y = F(x) + x, where F are the layers inside. Where their output has another shape, x goes through a 1x1 convolution
/// first. x: (N, C, H, W), y: (N, C', H', W').
/// </summary>
[SpecName("residual")]
public sealed record Residual : LayerSpec
{
    /// <summary>F, the layers from the input to what is added to it, 1 to 200.</summary>
    [Required]
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [];

    /// <summary>How the input reaches the output where the shapes differ, default auto.</summary>
    public Projection Projection { get; init; }

    /// <summary>Whether all parameters inside, and those of the projection, stay as they begin, default false.</summary>
    public bool Frozen { get; init; }

    internal override Shape Output(Shape input)
    {
        Shape output = Inside(input).Output;
        _ = Shortcut(input, output);
        return output;
    }

    internal override int SmallestBatch(Shape input) => Inside(input).SmallestBatch.Images;

    internal override IReadOnlyList<Parameter> Parameters(Shape input)
    {
        LayerSequence inside = Inside(input);
        IReadOnlyList<Parameter> shortcut = Shortcut(input, inside.Output)?.Parameters ?? [];
        return [.. Named("layers", inside.Parameters), .. Named("projection", shortcut)];
    }

    internal override LayerCost Cost(Shape input)
    {
        LayerSequence inside = Inside(input);
        return base.Cost(input) + inside.Cost + (Shortcut(input, inside.Output)?.Cost ?? default);
    }

    internal override LayerSpec Complete(int? classes) => this with { Layers = [.. Layers.Select(layer => layer.Complete(classes: null))] };

    internal override LayerSpec Freeze() => this with { Frozen = true };

    internal override Layer Bind(LayerBinder binder)
    {
        LayerSequence inside = Inside(binder.Input);
        return new ResidualLayer(binder, inside, Shortcut(binder.Input, inside.Output));
    }

    private static IEnumerable<Parameter> Named(string list, IEnumerable<Parameter> parameters) =>
        parameters.Select(parameter => parameter with { Name = $"{list}.{parameter.Name}" });

    private LayerSequence Inside(Shape input) => Layers.Count is > 0 and <= ModelSpec.LayerLimit
        ? new LayerSequence(Frozen ? [.. Layers.Select(layer => layer.Freeze())] : Layers, input)
        : throw new InvalidInputException("layers", $"has {Layers.Count} layers; give 1 to {ModelSpec.LayerLimit}.");

    // Null where the input is added as it is.
    private LayerSequence? Shortcut(Shape input, Shape output)
    {
        if (input == output) return null;
        int stride = (input.Height + output.Height - 1) / output.Height;
        var convolution = new Convolution { Filters = output.Channels, Size = 1, Stride = stride, Bias = false, Frozen = Frozen };
        if (Projection == Projection.Auto && convolution.Output(input) == output) return new LayerSequence([convolution], input);
        string remedy = Projection == Projection.None ? "let projection be auto, or keep the shape" : "let the layers keep the shape, or divide height and width alike by their strides";
        throw new InvalidInputException("layers", $"residual: {input} goes in and {output} comes out, which cannot be added; {remedy}.");
    }
}

/// <summary>A bound residual block. An image is one piece of the sums' work.</summary>
internal sealed class ResidualLayer : Layer
{
    private readonly BoundSequence inside;
    private readonly BoundSequence? shortcut;
    private readonly int outputLength;
    private readonly Action<int, int> addOutputs, addGradients;
    private FloatBuffer x, dy;

    public ResidualLayer(LayerBinder binder, LayerSequence inside, LayerSequence? shortcut)
        : base(binder)
    {
        this.inside = binder.Enter("layers", inside);
        this.shortcut = shortcut is null ? null : binder.Enter("projection", shortcut);
        outputLength = inside.Output.Length;
        Output = binder.Buffer(outputLength);
        InputGradient = binder.InputGradient();
        (addOutputs, addGradients) = (AddOutputs, AddGradients);
        x = dy = Output;
    }

    public override FloatBuffer Output { get; }

    public override FloatBuffer? ReusableOutput => Output;

    public override FloatBuffer? InputGradient { get; }

    public override void Forward(FloatBuffer x, Pass pass)
    {
        this.x = x;
        inside.Forward(x, pass);
        shortcut?.Forward(x, pass);
        Team.Run(pass.Count, addOutputs);
    }

    public override void Backward(FloatBuffer x, FloatBuffer dy, Pass pass)
    {
        this.dy = dy;
        inside.Backward(x, dy, pass);
        shortcut?.Backward(x, dy, pass);
        if (InputGradient is not null) Team.Run(pass.Count, addGradients);
    }

    private void AddOutputs(int n, int worker) => Add(inside.Output, shortcut?.Output ?? x, Output, n, outputLength);

    private void AddGradients(int n, int worker) =>
        Add(inside.InputGradient!, shortcut is null ? dy : shortcut.InputGradient!, InputGradient!, n, Input.Length);

    private static void Add(FloatBuffer a, FloatBuffer b, FloatBuffer sum, int n, int length) =>
        Elementwise.Apply(default(AddOperation), a.Slice(n * length, length), b.Slice(n * length, length), sum.Slice(n * length, length));
}
