using CnnService.Training.Stopping;

namespace CnnService.Training.Tests.StoppingCases;

internal sealed class PatienceCase : StoppingCase
{
    public override Type Kind => typeof(Patience);

    public override (string Given, string Complete) Json => (
        """{"type":"patience","epochs":3}""", """{"type":"patience","epochs":3,"metric":"validationAccuracy","minimumGain":0}""");

    public override IReadOnlyList<(StoppingSpec Rule, double[] Accuracies, double[] Losses, int? Over)> ByHand =>
    [
        (new Patience { Epochs = 1 }, [0.5, 0.6, 0.6, 0.7], [4, 3, 2, 1], 3), // an equal one is no gain
        (new Patience { Epochs = 2 }, [0.5, 0.6, 0.6, 0.7, 0.6, 0.5], [6, 5, 4, 3, 2, 1], 6),
        (new Patience { Epochs = 2 }, [0.5, 0.4, 0.6, 0.5, 0.7, 0.6], [6, 5, 4, 3, 2, 1], null),
        (new Patience { Epochs = 2, Metric = StoppingMetric.ValidationLoss }, [0.1, 0.2, 0.3, 0.4, 0.5], [2, 1, 1.5, 1.25, 0.5], 4),
        (new Patience { Epochs = 2, MinimumGain = 0.1 }, [0.5, 0.55, 0.58, 0.9], [4, 3, 2, 1], 3), // too little in each
        (new Patience { Epochs = 2, MinimumGain = 0.1 }, [0.5, 0.55, 0.65, 0.7, 0.72], [4, 3, 2, 1, 0], 5), // gained on the best, not on the last
        (new Patience { Epochs = 1, Metric = StoppingMetric.ValidationLoss, MinimumGain = 0.5 }, [1, 1, 1], [3, 2, 1.6], 3),
    ];
}
