using CnnService.Training.Reference;

namespace CnnService.Training.Tests.Reference;

/// <summary>The oracle itself: where training and testing differ, and what its parameters are called.</summary>
public sealed class ReferenceNetworkTests
{
    private readonly BatchNormalizationLayer<double> normalization = new(new([1, 1], [0, 0]), epsilon: 0, momentum: 0.5);
    private readonly Tensor4<double> x = Tensor4<double>.Rows(2, 2, [1, 2, 3, 6]);

    [Fact]
    public void Forward_Testing_UsesRunningStatisticsAndDropsNothing()
    {
        var network = new ReferenceNetwork<double>([normalization, new DropoutLayer<double>(x.Zeros())]);

        Assert.Equal(x.Data, network.Forward(x, training: false).Data);
        Assert.Equal([0, 0, 0, 0], network.Forward(x, training: true).Data);
    }

    [Fact]
    public void Forward_Training_AdvancesRunningStatistics()
    {
        new ReferenceNetwork<double>([normalization]).Forward(x, training: true);

        Assert.Equal([1, 2], normalization.Running.Mean);
        Assert.Equal([1, 2.5], normalization.Running.Variance);
    }

    [Fact]
    public void Parameters_SeveralLayers_AreNamedByLayerAndSharedWithThem()
    {
        double[] weights = [1, 0, 0, 1];
        var network = new ReferenceNetwork<double>([normalization, new AffineLayer<double>(Tensor4<double>.Rows(2, 2, weights), [0, 0])]);

        Assert.Equal(["0.scale", "0.shift", "1.weight", "1.bias"], network.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["1.weight"], network.Parameters.Where(parameter => parameter.Decays).Select(parameter => parameter.Name));
        Assert.Same(weights, network.Parameters[2].Values);
    }

    [Fact]
    public void Backward_BeforeAnyLoss_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => new ReferenceNetwork<double>([normalization]).Backward());
}
