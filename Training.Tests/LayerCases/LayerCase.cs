using System.Reflection;
using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;

namespace CnnService.Training.Tests.LayerCases;

/// <summary>
/// What the tests need of one kind of layer: how to draw one, and its definition. Every subclass is found, and takes part in the random
/// networks and in all that <see cref="LayerCaseTests"/> asks; a kind of layer without a case fails the suite.
/// </summary>
internal abstract class LayerCase
{
    /// <summary>Numbers that <see cref="Draw"/> takes: from 0 to this one.</summary>
    public const int LastNumber = 11;

    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<LayerCase> All { get; } = Cases.Find<LayerCase>(found => found.Name);

    /// <summary>The kind of layer.</summary>
    public abstract Type Kind { get; }

    /// <summary>The kind's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>The layers below a last affine one in the recorded training, this kind among them; what it is fused with gives the same bits.</summary>
    public abstract IReadOnlyList<LayerSpec> Recorded { get; }

    /// <summary>The SHA-256 of what the recorded training leaves behind.</summary>
    public abstract string RecordedSha256 { get; }

    /// <summary>The kind on small batches.</summary>
    public abstract IReadOnlyList<HandComputed> ByHand { get; }

    /// <summary>The case of a layer.</summary>
    public static LayerCase Of(LayerSpec layer) => All.Single(found => found.Kind == layer.GetType());

    /// <summary>A layer of this kind for an input, another one for each number; null where it does not fit.</summary>
    public abstract LayerSpec? Draw(int number, Shape input);

    /// <summary>The layer's definition.</summary>
    public abstract ReferenceLayer<double> Reference(LayerSpec layer, LayerPlace place);

    /// <summary>Whether no input is so close to a branch (a kink, two numbers of which the larger counts) that rounding decides.</summary>
    public abstract bool IsClear(LayerSpec layer, Tensor4<double> x, double margin);
}

/// <inheritdoc/>
internal abstract class LayerCase<TLayer> : LayerCase
    where TLayer : LayerSpec
{
    public sealed override Type Kind => typeof(TLayer);

    public sealed override ReferenceLayer<double> Reference(LayerSpec layer, LayerPlace place) => Reference((TLayer)layer, place);

    public sealed override bool IsClear(LayerSpec layer, Tensor4<double> x, double margin) => IsClear((TLayer)layer, x, margin);

    /// <summary>The layer's definition.</summary>
    protected abstract ReferenceLayer<double> Reference(TLayer layer, LayerPlace place);

    /// <summary>As above; true for layers without branches. A slope whose own derivative jumps is a branch too: centred differences see it.</summary>
    protected virtual bool IsClear(TLayer layer, Tensor4<double> x, double margin) => true;
}

/// <summary>The surroundings of a layer.</summary>
/// <param name="Images">The number of images of a batch.</param>
/// <param name="Input">The shape of one input.</param>
/// <param name="Output">The shape of one output.</param>
/// <param name="Parameter">The numbers of a parameter by its name.</param>
/// <param name="Noise">The uniform numbers of a training step, one for each number of the batch.</param>
internal sealed record LayerPlace(int Images, Shape Input, Shape Output, Func<string, double[]> Parameter, Func<double[]> Noise);
