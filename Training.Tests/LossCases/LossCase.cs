using System.Reflection;
using CnnService.Training.Losses;
using CnnService.Training.Reference;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests.LossCases;

/// <summary>
/// What the tests need of one loss: how to draw one, and its definition. Every subclass is found, and takes part in all that
/// <see cref="LossCaseTests"/> asks; a loss without a case fails the suite.
/// </summary>
internal abstract class LossCase
{
    /// <summary>Numbers that <see cref="Draw"/> takes: from 0 to this one.</summary>
    public const int LastNumber = 11;

    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<LossCase> All { get; } = Cases.Find<LossCase>(found => found.Name);

    /// <summary>The kind of loss.</summary>
    public abstract Type Kind { get; }

    /// <summary>The loss's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>The loss of the recorded training.</summary>
    public abstract LossSpec Recorded { get; }

    /// <summary>The SHA-256 of what the recorded training leaves behind.</summary>
    public abstract string RecordedSha256 { get; }

    /// <summary>A loss of this kind, another one for each number.</summary>
    public abstract LossSpec Draw(int number);

    /// <summary>The definition: the mean loss of a batch, and its gradient.</summary>
    public abstract SoftmaxLossResult<double> Reference(LossSpec loss, Tensor4<double> scores, int[] labels, int[] imagesPerClass);
}
