using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Averages;

/// <summary>
/// Slow parameters that fast ones run ahead of (Zhang et al. 2019), with the schedule of airbench94 (Jordan 2024): after every so many iterations, with n of T
/// done, k = decay^every * (n / T)^3, and training goes on from the average. Early, the average is all but the parameters; at the end it moves slowly.
/// </summary>
[SpecName("lookahead")]
public sealed record Lookahead : AveragingSpec
{
    /// <summary>Iterations from one average to the next, 1 to 10,000, default 5 as in airbench94.</summary>
    [Range(1, 10000)]
    public int Every { get; init; } = 5;

    /// <summary>The share that is kept for each iteration at the end of the run, in [0, 1), default 0.95 as in airbench94.</summary>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Decay { get; init; } = 0.95;

    internal override bool LeadsTraining => true;

    internal override double? Kept(long done, long total)
    {
        if (done % Every != 0) return null;
        double share = (double)done / total;
        return Elementary.Power(Decay, Every) * (share * share * share);
    }
}
