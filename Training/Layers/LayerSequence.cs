using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>
/// Layers one after the other, over inputs of one shape. This is the only walk from layer to layer: shapes, parameters, costs and refusals come
/// from it, of a network's layers and of those inside of another layer.
/// </summary>
internal sealed class LayerSequence
{
    private const long ParameterLimit = 256L * 1024 * 1024;
    private readonly List<Step> steps = [];
    private readonly List<Parameter> parameters = [];

    /// <summary>Infers all shapes.</summary>
    /// <param name="layers">The layers, complete.</param>
    /// <param name="input">The shape of one input.</param>
    /// <param name="partOf">The part of a spec that a layer is, by its index, for refusals; <c>layers[3]</c> if left out.</param>
    /// <exception cref="InvalidInputException">A layer does not fit its input, or is too large.</exception>
    public LayerSequence(IReadOnlyList<LayerSpec> layers, Shape input, Func<int, string>? partOf = null)
    {
        Input = Output = input;
        long count = 0;
        for (int i = 0; i < layers.Count; i++)
        {
            (LayerSpec layer, Shape from, string part) = (layers[i], Output, partOf?.Invoke(i) ?? $"layers[{i}]");
            Output = At(part, () => layer.Output(from));
            IReadOnlyList<Parameter> own = layer.Parameters(from);
            count += own.Sum(parameter => parameter.Shape.Aggregate(1L, (product, extent) => product * extent));
            if (count > ParameterLimit)
                throw new InvalidInputException(
                    part, $"the network has over {ParameterLimit:N0} parameters; use fewer filters or units, or pool before this layer.");
            steps.Add(new Step(layer, part, from, Output, layer.Cost(from)));
            parameters.AddRange(own.Select(parameter => parameter with { Name = $"{i}.{parameter.Name}" }));
        }
    }

    /// <summary>The shape of one input.</summary>
    public Shape Input { get; }

    /// <summary>The shape of one output of the last layer.</summary>
    public Shape Output { get; }

    /// <summary>The layers with their shapes.</summary>
    public IReadOnlyList<Step> Steps => steps;

    /// <summary>All parameters, each named by the index of its layer and its name there: <c>3.weight</c>.</summary>
    public IReadOnlyList<Parameter> Parameters => parameters;

    /// <summary>What all layers take together at most, with the gradients of two inputs, which the layers share; outputs that another layer absorbs are none.</summary>
    public LayerCost Cost
    {
        get
        {
            LayerSpec[] layers = [.. steps.Select(step => step.Layer)];
            var cost = new LayerCost(Outputs: 0, Kept: 2L * steps.Max(step => step.Input.Length), Layers: 0);
            int absorbed = 0; // of the layers that come
            for (int i = 0; i < layers.Length; i++)
            {
                absorbed = absorbed > 0 ? absorbed - 1 : layers[i].Absorbs(layers.AsSpan(i + 1));
                cost += absorbed > 0 ? steps[i].Cost with { Outputs = 0, Kept = 0 } : steps[i].Cost;
            }

            return cost;
        }
    }

    /// <summary>The fewest images of a batch from which every layer learns, and the part of the spec that asks for them.</summary>
    public (int Images, string Part) SmallestBatch => steps
        .Select(step => (Images: step.Layer.SmallestBatch(step.Input), step.Part))
        .Aggregate((Images: 1, Part: ""), (most, one) => one.Images > most.Images ? one : most);

    /// <summary>Runs; a refusal then names the part of the spec.</summary>
    public static T At<T>(string part, Func<T> work)
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

    /// <summary>One layer in its place.</summary>
    /// <param name="Layer">The layer.</param>
    /// <param name="Part">The part of the spec that it is.</param>
    /// <param name="Input">The shape of one input.</param>
    /// <param name="Output">The shape of one output.</param>
    /// <param name="Cost">What it takes.</param>
    public sealed record Step(LayerSpec Layer, string Part, Shape Input, Shape Output, LayerCost Cost);
}
