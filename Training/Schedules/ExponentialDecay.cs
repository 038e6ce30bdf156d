using System.Text.Json.Serialization;
using CnnService.Training.Specs;

namespace CnnService.Training.Schedules;

/// <summary>
/// rate = first * factor^epoch, epochs counted from 0: the decay of the numpy system. The factor is <c>learningRateDecay</c> of the run, where it has
/// always stood.
/// </summary>
[SpecName("exponential-decay")]
public sealed record ExponentialDecay : ScheduleSpec
{
    /// <summary>What the rate is multiplied with after each epoch.</summary>
    [JsonIgnore]
    internal double Factor { get; init; } = 1;

    // One product after the other, as an optimizer that is decayed at each epoch's end would have it.
    private protected override double Course(double first, Position at)
    {
        double rate = first;
        for (int epoch = 0; epoch < at.Epoch; epoch++) rate *= Factor;
        return rate;
    }
}
