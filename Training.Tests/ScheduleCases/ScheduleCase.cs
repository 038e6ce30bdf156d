using System.Reflection;
using CnnService.Training.Schedules;
using CnnService.Training.Specs;

namespace CnnService.Training.Tests.ScheduleCases;

/// <summary>
/// What the tests need of one schedule: how to draw one, and its definition. Every subclass is found, and takes part in all that
/// <see cref="ScheduleCaseTests"/> asks; a schedule without a case fails the suite.
/// </summary>
internal abstract class ScheduleCase
{
    /// <summary>Numbers that <see cref="Draw"/> takes: from 0 to this one.</summary>
    public const int LastNumber = 11;

    /// <summary>All cases, in ordinal order of their names.</summary>
    public static IReadOnlyList<ScheduleCase> All { get; } = Cases.Find<ScheduleCase>(found => found.Name);

    /// <summary>The kind of schedule.</summary>
    public abstract Type Kind { get; }

    /// <summary>The schedule's name in JSON.</summary>
    public string Name => Kind.GetCustomAttribute<SpecNameAttribute>()!.Name;

    /// <summary>The JSON of one of which nothing but the type and what is required is given.</summary>
    public abstract string Defaults { get; }

    /// <summary>The rates of a run of 10 iterations, 2 an epoch, whose rule has the rate 1, of the schedule of <see cref="Defaults"/>; computed by hand.</summary>
    public abstract double[] ByHand { get; }

    /// <summary>A schedule of this kind, another one for each number.</summary>
    public abstract ScheduleSpec Draw(int number);

    /// <summary>The share of the rule's rate at iteration i of T with E an epoch, without warm-up.</summary>
    public abstract double Share(ScheduleSpec schedule, double i, double E, double T);
}
