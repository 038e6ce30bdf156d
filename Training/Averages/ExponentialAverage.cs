using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;

namespace CnnService.Training.Averages;

/// <summary>
/// The exponential moving average of the parameters (Polyak and Juditsky 1992): after iteration n, counted from 1, k = min(decay, (1 + n) / (10 + n)), so
/// that the beginning is soon forgotten, as TensorFlow's ExponentialMovingAverage has it.
/// </summary>
[SpecName("exponential")]
public sealed record ExponentialAverage : AveragingSpec
{
    /// <summary>The share of the average that is kept, in [0, 1), default 0.999: the last 1,000 iterations count.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Decay { get; init; } = 0.999;

    internal override double? Kept(long done, long total) => Math.Min(Decay, (1.0 + done) / (10.0 + done));
}
