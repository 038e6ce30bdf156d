using CnnService.Training.Specs;

namespace CnnService.Training.Schedules;

/// <summary>The same rate from the first iteration to the last.</summary>
[SpecName("constant")]
public sealed record Constant : ScheduleSpec
{
    private protected override double Course(double first, Position at) => first;
}
