using System.ComponentModel.DataAnnotations;

namespace CnnService.Training.Optimizers;

/// <summary>An update rule with its settings: how parameters follow their gradients. One file per rule.</summary>
public abstract record OptimizerSpec
{
    /// <summary>The step size of the first epoch, above 0 up to 1,000.</summary>
    [Range(0.0, 1000.0, MinimumIsExclusive = true)]
    public abstract double LearningRate { get; init; }

    /// <summary>The names of the numbers kept per parameter between steps, at most two, all 0 at the start.</summary>
    internal abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>One step on some parameters; returns the sum of their squares before it.</summary>
    internal abstract double Update(in ParameterSlice slice, double learningRate, long iteration);
}

/// <summary>Some parameters with what belongs to them.</summary>
internal readonly ref struct ParameterSlice
{
    /// <summary>The parameters.</summary>
    public required Span<float> Values { get; init; }

    /// <summary>The gradient of the loss without regularisation.</summary>
    public required ReadOnlySpan<float> Gradients { get; init; }

    /// <summary>The first state, or empty.</summary>
    public Span<float> First { get; init; }

    /// <summary>The second state, or empty.</summary>
    public Span<float> Second { get; init; }

    /// <summary>What is multiplied with the parameters and joins the gradient; 0 for biases and normalisation.</summary>
    public float Regularization { get; init; }
}
