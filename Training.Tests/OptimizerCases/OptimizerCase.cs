using System.Reflection;
using CnnService.Training.Optimizers;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests.OptimizerCases;

/// <summary>
/// What the tests need of one update rule: how to draw its settings, and its definition. Every subclass is found, and takes part in all that
/// <see cref="OptimizerCaseTests"/> asks; a rule without a case fails the suite.
/// </summary>
internal abstract class OptimizerCase
{
    /// <summary>Numbers that <see cref="Draw"/> takes: from 0 to this one.</summary>
    public const int LastNumber = 11;

    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<OptimizerCase> All { get; } = Cases.Find<OptimizerCase>(found => found.Name);

    /// <summary>The kind of rule.</summary>
    public abstract Type Kind { get; }

    /// <summary>The rule's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>The JSON of a rule of which nothing but the type is given.</summary>
    public abstract string Defaults { get; }

    /// <summary>The rule of the recorded training.</summary>
    public abstract OptimizerSpec Recorded { get; }

    /// <summary>The SHA-256 of what the recorded training leaves behind.</summary>
    public abstract string RecordedSha256 { get; }

    /// <summary>What the rule makes of 1 in a step with a gradient of 2, and of that in a second one with 1, computed by hand from its documentation.</summary>
    public abstract IReadOnlyList<(OptimizerSpec Rule, double First, double Second)> ByHand { get; }

    /// <summary>A rule of this kind, another one for each number.</summary>
    public abstract OptimizerSpec Draw(int number);

    /// <summary>The definition at work on some parameters, its states by their names.</summary>
    public abstract ReferenceRule Reference(OptimizerSpec rule, int length);
}

/// <inheritdoc/>
internal abstract class OptimizerCase<TRule> : OptimizerCase
    where TRule : OptimizerSpec
{
    public sealed override Type Kind => typeof(TRule);

    public sealed override ReferenceRule Reference(OptimizerSpec rule, int length) => Reference((TRule)rule, length);

    /// <summary>The definition at work on some parameters, its states by their names.</summary>
    protected abstract ReferenceRule Reference(TRule rule, int length);
}

/// <summary>The definition of an update rule at work.</summary>
/// <param name="Step">One step on parameters with a gradient and a learning rate.</param>
/// <param name="States">Its states by their names.</param>
internal sealed record ReferenceRule(Action<double[], double[], double> Step, IReadOnlyDictionary<string, double[]> States);
