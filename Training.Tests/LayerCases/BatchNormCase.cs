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
}
