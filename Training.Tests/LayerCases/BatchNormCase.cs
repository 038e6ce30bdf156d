using CnnService.Training.Layers;
using CnnService.Training.Reference;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;
using Affine = CnnService.Training.Layers.Affine;
using Relu = CnnService.Training.Layers.Relu;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class BatchNormCase : LayerCase<BatchNorm>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
        [new BatchNorm(), new BatchNorm { Momentum = 0.5 }, new Relu(), new Affine { Units = 19 }, new BatchNorm { Epsilon = 0.01 }];

    public override string RecordedSha256 => "65e0482a4e2297076bff5779102d2aa597b69c7db77a613ac6f19aa010064d95";

    public override IReadOnlyList<HandComputed> ByHand =>
    [
        Normalized(
            new BatchNorm { Momentum = 0.5 }, [0, 0, 0, 4], [0.6875f, -0.3125f, -0.3125f, -0.0625f],
            ("scale", 2, -0.5f), ("shift", 1, 1), ("runningMean", 4, 2.5f), ("runningVariance", 1, 2)),
        Normalized(
            new BatchNorm { Momentum = 0.5, Scale = false }, [0.5f, 0.5f, 0.5f, 2.5f], [0.34375f, -0.15625f, -0.15625f, -0.03125f],
            ("shift", 1, 1), ("runningMean", 4, 2.5f), ("runningVariance", 1, 2)),
        Normalized(new BatchNorm { Frozen = true }, [-1, -1, -1, 3], [1, 0, 0, 0], ("scale", 2, 2), ("shift", 1, 1), ("runningMean", 2, 2), ("runningVariance", 3, 3)),
    ];

    /// <summary>A large epsilon, so that few numbers of a channel do not cancel.</summary>
    public override LayerSpec Draw(int number, Shape input) =>
        new BatchNorm { Momentum = 0.7, Epsilon = 0.1, Scale = number % 3 != 1, Frozen = number % 4 == 3 };

    protected override ReferenceLayer<double> Reference(BatchNorm layer, LayerPlace place)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, place.Input.Channels)];
        Scale<double> scale = new(layer.Scale ? place.Parameter("scale") : ones, place.Parameter("shift"));
        ChannelStatistics<double> running = new(place.Parameter("runningMean"), place.Parameter("runningVariance"));
        return layer.Frozen
            ? new ConstantNormalizationLayer<double>(scale, running, layer.Epsilon)
            : new BatchNormalizationLayer<double>(scale, layer.Epsilon, layer.Momentum) { Running = running };
    }

    // A batch whose mean is 1 and whose variance is 3: with an epsilon of 1, xhat is -0.5 three times, and 1.5.
    private static HandComputed Normalized(BatchNorm layer, float[] y, float[] dx, params (string Name, float Before, float Expected)[] parameters) =>
        new(layer with { Epsilon = 1 }, new Tensor4<float>(4, 1, 1, 1, [0, 0, 0, 4]), y, [1, 0, 0, 0], dx)
        {
            Parameters = parameters.ToDictionary(one => one.Name, one => ((float[])[one.Before], (float[])[one.Expected])),
        };
}
