using System.Reflection;
using CnnService.Training.Averages;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests.AveragingCases;

/// <summary>
/// What the tests need of one average: how to draw one, and its definition. Every subclass is found, and takes part in all that
/// <see cref="AveragingCaseTests"/> asks; an average without a case fails the suite.
/// </summary>
internal abstract class AveragingCase
{
    /// <summary>Numbers that <see cref="Draw"/> takes: from 0 to this one.</summary>
    public const int LastNumber = 11;

    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<AveragingCase> All { get; } = Cases.Find<AveragingCase>(found => found.Name);

    /// <summary>The kind of average.</summary>
    public abstract Type Kind { get; }

    /// <summary>The average's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>The JSON of one of which nothing but the type is given.</summary>
    public abstract string Defaults { get; }

    /// <summary>The share that is kept after each of 10 iterations by the average of <see cref="Defaults"/>, 1 where it stays; computed by hand.</summary>
    public abstract double[] ByHand { get; }

    /// <summary>The average of the recorded training.</summary>
    public abstract AveragingSpec Recorded { get; }

    /// <summary>The SHA-256 of what the recorded training leaves behind.</summary>
    public abstract string RecordedSha256 { get; }

    /// <summary>An average of this kind, another one for each number.</summary>
    public abstract AveragingSpec Draw(int number);

    /// <summary>The definition: average and parameters after iteration n of T, counted from 1, from those before.</summary>
    public abstract (double Average, double Parameter) Reference(AveragingSpec spec, double average, double parameter, double n, double T);
}
