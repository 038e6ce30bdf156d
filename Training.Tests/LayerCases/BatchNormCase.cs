using CnnService.Training.Layers;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Reference;

namespace CnnService.Training.Tests.LayerCases;

internal sealed class BatchNormCase : LayerCase<BatchNorm>
{
    public override IReadOnlyList<LayerSpec> Recorded =>
        [new BatchNorm(), new BatchNorm { Momentum = 0.5 }, new Relu(), new Affine { Units = 19 }, new BatchNorm { Epsilon = 0.01 }];

    public override string RecordedSha256 => "65e0482a4e2297076bff5779102d2aa597b69c7db77a613ac6f19aa010064d95";

    /// <summary>A large epsilon, so that few numbers of a channel do not cancel.</summary>
    public override LayerSpec Draw(int number, Shape input) => new BatchNorm { Momentum = 0.7, Epsilon = 0.1 };

    protected override ReferenceLayer<double> Reference(BatchNorm layer, LayerPlace place) =>
        new BatchNormalizationLayer<double>(new(place.Parameter("scale"), place.Parameter("shift")), layer.Epsilon, layer.Momentum)
        {
            Running = new(place.Parameter("runningMean"), place.Parameter("runningVariance")),
        };
}
