using CnnService.Training.Layers;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

/// <summary>A run that starts from a model.</summary>
public sealed class StartingTests
{
    private const int Iterations = 13;
    private const string RecordedSha256 = "19ee4a5f0040cea6625cfb5b059da13ff0427874e89d66d3a02cb5d6dd836ac8";

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    // The last layers differ, as for other classes.
    private static readonly LayerList First = Net(7), Second = Net(9);

    [Fact]
    public void Start_FromAModel_TakesWhatHasItsPathAndShape()
    {
        Model start = Trained();
        TrainingSpec spec = SmallRuns.Spec with { Model = Second };
        using Trainer trainer = SmallRuns.Create(spec, start: start), fresh = SmallRuns.Create(spec);

        Assert.All(
            trainer.Network.Layout.Parameters,
            placed =>
            {
                bool isShared = placed.Name.Split('.')[1] is "0" or "1" || placed.Name == "layers.6.bias"; // there are as many classes
                float[] expected = (isShared ? start.Network.Layout[placed.Name].In(start.Parameters) : placed.In(fresh.Learner.Parameters)).ToArray();
                Assert.Equal(expected, placed.In(trainer.Learner.Parameters).ToArray());
            });
        Assert.Equal(4 * 2 * 9 + 4 + 4 * 4 + 4, trainer.Network.CountShared(start)); // convolution, normalisation, last bias
    }

    [Fact]
    public void Freeze_OfLeadingLayers_KeepsTheirParametersAlone()
    {
        Model start = Trained();
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Model = Second.Freeze(3, SmallRuns.Images) }, start: start);
        float[] before = trainer.Learner.Parameters.Span.ToArray();

        Assert.Equal(Iterations, trainer.Run(Cancel).Take(Iterations).Count());

        Assert.All(
            trainer.Network.Layout.Parameters,
            placed => Assert.Equal(
                placed.Name.Split('.')[1] is not ("0" or "1"),
                !before.AsSpan(placed.Start, placed.Length).SequenceEqual(placed.In(trainer.Learner.Parameters))));
    }

    [Fact]
    public void Freeze_OfTheThreeLayerNet_FreezesWhatItStandsFor()
    {
        var net = new ThreeLayerConvNet();
        var frozen = Assert.IsType<LayerList>(net.Freeze(3, new Shape(3, 32, 32)));

        Assert.Equal(0.001, frozen.WeightScale);
        Assert.Equal([true, false, false], frozen.Layers.Select(layer => layer is Convolution { Frozen: true } or Affine { Frozen: true }).Where((_, i) => i is 0 or 3 or 5));
        Assert.Same(net, net.Freeze(0, new Shape(3, 32, 32)));
        Assert.Equal("freeze", Assert.Throws<InvalidInputException>(() => net.Freeze(6, new Shape(3, 32, 32))).Part);
    }

    [Fact]
    public void Training_FromAModelOnAnyThreadsOrCaptured_HasTheRecordedBits()
    {
        Model start = Trained();
        TrainingSpec spec = SmallRuns.Spec with { Model = Second.Freeze(2, SmallRuns.Images) };
        RecordedBits.MustBe(RecordedSha256, spec, Iterations, start);
    }

    private static Model Trained()
    {
        using Trainer trainer = SmallRuns.Create(SmallRuns.Spec with { Model = First, Seed = 99 });
        Assert.Equal(8, trainer.Run(Cancel).Take(8).Count());
        return trainer.LastModel();
    }

    private static LayerList Net(int units) => new()
    {
        Layers =
        [
            new Convolution { Filters = 4, Size = 3 }, new BatchNorm(), new Relu(), new MaxPool { Size = 3 },
            new Affine { Units = units }, new Relu(), new Affine(),
        ],
    };
}
