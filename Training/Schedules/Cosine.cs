using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Schedules;

/// <summary>
/// Half a wave of the cosine (Loshchilov and Hutter 2017, without restarts): rate = first * (final + (1 - final) * (1 + cos(pi * i / T)) / 2) at iteration
/// i of T, counted from 0.
/// </summary>
[SpecName("cosine")]
public sealed record Cosine : ScheduleSpec
{
    /// <summary>The share of the first rate that it falls to at the end, 0 to 1, default 0.</summary>
    [Range(0.0, 1.0)]
    public double Final { get; init; }

    private protected override double Course(double first, Position at) =>
        first * (Final + (1 - Final) * (1 + Elementary.CosineOfTurns(0.5 * at.Iteration / at.Total)) / 2);
}
