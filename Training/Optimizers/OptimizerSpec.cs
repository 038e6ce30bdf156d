using System.ComponentModel.DataAnnotations;
using CnnService.Training.Tensors;

namespace CnnService.Training.Optimizers;

/// <summary>An update rule with its settings: how parameters follow their gradients. One file per rule.</summary>
public abstract record OptimizerSpec
{
    /// <summary>The step size of the first epoch, above 0 up to 1,000.</summary>
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public abstract double LearningRate { get; init; }

    /// <summary>The step size of biases and of batch normalisation's shifts as a multiple of the others', 0 to 1,000, default 1.</summary>
    [Range(0.0, 1000.0)]
    public double ShiftFactor { get; init; } = 1;

    /// <summary>The names of the numbers kept per parameter between steps, all 0 at the start.</summary>
    internal abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>Whether a step needs the whole gradient before it changes any parameter; otherwise parameters change as their gradients arrive.</summary>
    internal virtual bool NeedsWholeGradient => false;

    /// <summary>One step on some parameters; returns the sum of their squares before it.</summary>
    internal abstract double Update(in ParameterSlice slice, double learningRate, long iteration);
}

/// <summary>Decoupled weight decay (Loshchilov and Hutter 2019): weights are multiplied with 1 - learningRate * weightDecay in each step.</summary>
internal static class WeightDecay
{
    /// <summary>The share that stays: 1 for biases and normalisation, which do not decay.</summary>
    public static float Kept(double weightDecay, double learningRate, ParameterKind kind) =>
        kind == ParameterKind.Weight ? (float)(1 - learningRate * weightDecay) : 1;
}

/// <summary>Some parameters of one kind with what belongs to them.</summary>
/// <param name="states">The rule's states, in the layout of the parameters.</param>
/// <param name="start">The first parameter's place in that layout.</param>
internal readonly ref struct ParameterSlice(ReadOnlySpan<FloatBuffer> states, int start)
{
    private readonly ReadOnlySpan<FloatBuffer> states = states;

    /// <summary>What the parameters are.</summary>
    public required ParameterKind Kind { get; init; }

    /// <summary>The parameters.</summary>
    public required Span<float> Values { get; init; }

    /// <summary>The gradient of the loss without regularisation.</summary>
    public required ReadOnlySpan<float> Gradients { get; init; }

    /// <summary>What is multiplied with the parameters and joins the gradient; 0 for biases and normalisation.</summary>
    public float Regularization { get; init; }

    /// <summary>The numbers of a state, by its index in <see cref="OptimizerSpec.StateNames"/>.</summary>
    public Span<float> State(int index) => states[index].Slice(start, Values.Length);
}
