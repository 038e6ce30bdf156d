using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;

namespace CnnService.Training.Schedules;

/// <summary>
/// Straight up and straight down: at iteration i of T, counted from 0, the rate goes from start * first at 0 to first at P = floor(peak * T), and on to
/// final * first at T. The defaults are those of airbench94 (Jordan 2024).
/// </summary>
[SpecName("triangular")]
public sealed record Triangular : ScheduleSpec
{
    /// <summary>The share of the run after which the rate is highest, 0 to 1, default 0.23.</summary>
    [Range(0.0, 1.0)]
    public double Peak { get; init; } = 0.23;

    /// <summary>The share of the highest rate that it begins with, 0 to 1, default 0.2.</summary>
    [Range(0.0, 1.0)]
    public double Start { get; init; } = 0.2;

    /// <summary>The share of the highest rate that it ends with, 0 to 1, default 0.07.</summary>
    [Range(0.0, 1.0)]
    public double Final { get; init; } = 0.07;

    private protected override double Course(double first, Position at)
    {
        double top = Math.Floor(Peak * at.Total);
        return at.Iteration < top
            ? first * (Start + (1 - Start) * (at.Iteration / top))
            : first * (1 + (Final - 1) * ((at.Iteration - top) / (at.Total - top)));
    }
}
