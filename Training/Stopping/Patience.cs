using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;

namespace CnnService.Training.Stopping;

/// <summary>What has to get better.</summary>
public enum StoppingMetric
{
    /// <summary>The validation accuracy has to rise.</summary>
    ValidationAccuracy,

    /// <summary>The validation loss has to fall.</summary>
    ValidationLoss,
}

/// <summary>Ends a run when the metric has not become better for some epochs (early stopping; Prechelt 1998).</summary>
[SpecName("patience")]
public sealed record Patience : StoppingSpec
{
    /// <summary>Epochs without a gain after which the run ends, 1 to 10,000.</summary>
    [Range(1, 10000), Required]
    public int Epochs { get; init; }

    /// <summary>What has to get better, default validationAccuracy.</summary>
    public StoppingMetric Metric { get; init; }

    /// <summary>What the metric has to gain on its best so far to count as better, 0 to 1,000, default 0: any gain does.</summary>
    [Range(0.0, 1000.0)]
    public double MinimumGain { get; init; }

    internal override bool IsOver(ReadOnlySpan<double> validationAccuracies, ReadOnlySpan<double> validationLosses)
    {
        ReadOnlySpan<double> values = Metric == StoppingMetric.ValidationAccuracy ? validationAccuracies : validationLosses;
        int sign = Metric == StoppingMetric.ValidationAccuracy ? 1 : -1, best = 0;
        for (int epoch = 1; epoch < values.Length; epoch++)
            if (sign * (values[epoch] - values[best]) > MinimumGain) best = epoch;
        return values.Length - 1 - best >= Epochs;
    }
}
