using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Schedules;

/// <summary>rate = first * factor^floor(epoch / every), epochs counted from 0.</summary>
[SpecName("step")]
public sealed record StepDecay : ScheduleSpec
{
    /// <summary>Epochs from one step to the next, 1 to 10,000.</summary>
    [Range(1, 10000), Required]
    public int Every { get; init; }

    /// <summary>What the rate is multiplied with at each step, above 0 to 1.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true), Required]
    public double Factor { get; init; }

    private protected override double Course(double first, Position at) => first * Elementary.Power(Factor, at.Epoch / Every);
}
