using System.Reflection;
using CnnService.Training.Specs;
using CnnService.Training.Stopping;

namespace CnnService.Training.Tests.StoppingCases;

/// <summary>
/// What the tests need of one rule for the end of a run. Every subclass is found, and takes part in all that <see cref="StoppingCaseTests"/> asks; a rule
/// without a case fails the suite.
/// </summary>
internal abstract class StoppingCase
{
    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<StoppingCase> All { get; } = Cases.Find<StoppingCase>(found => found.Name);

    /// <summary>The kind of rule.</summary>
    public abstract Type Kind { get; }

    /// <summary>The rule's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>JSON with what is required alone, and the same with all defaults.</summary>
    public abstract (string Given, string Complete) Json { get; }

    /// <summary>Runs by hand: the rule, accuracies and losses after each epoch, and the epoch after which it is over; null for never.</summary>
    public abstract IReadOnlyList<(StoppingSpec Rule, double[] Accuracies, double[] Losses, int? Over)> ByHand { get; }
}
