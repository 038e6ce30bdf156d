using CnnService.Training.Layers;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Layers;

/// <summary>Layers run by hand, with numbers that can be checked by hand.</summary>
public sealed class SequentialTests
{
    [Fact]
    public void ForwardAndBackward_OneAffineLayer_AreItsFormula()
    {
        using var layers = new Sequential([new Affine { Units = 2 }], Shape.Vector(3), capacity: 4);
        ((float[])[1, 2, 3, 4, 5, 6]).CopyTo(layers.Parameter("0.weight")); // 3x2
        ((float[])[10, 20]).CopyTo(layers.Parameter("0.bias"));

        Assert.Equal([1 + 5 + 10, 2 + 6 + 20, 3 + 10, 4 + 20], layers.Forward([1, 0, 1, 0, 1, 0], training: true).ToArray());
        Assert.Equal([1, 3, 5, 4, 8, 12], layers.Backward([1, 0, 0, 2]).ToArray());
        Assert.Equal([1, 0, 0, 2, 1, 0], layers.Gradient("0.weight").ToArray());
        Assert.Equal([1, 2], layers.Gradient("0.bias").ToArray());
    }

    [Fact]
    public void Forward_FusedLayers_HaveTheOutputsOfTheLastAndAllNames()
    {
        using var layers = new Sequential(
            [new Convolution { Filters = 1, Size = 1 }, new BatchNorm(), new Relu(), new MaxPool { Size = 2 }], new Shape(1, 2, 2), capacity: 1, threads: 2);
        layers.Parameter("0.weight").Fill(2);

        Assert.Equal(new Shape(1, 1, 1), layers.Output);
        Assert.Equal(["0.weight", "0.bias", "1.scale", "1.shift", "1.runningMean", "1.runningVariance"], layers.Names);
        Assert.Equal(6, layers.Forward([1, -2, 3, -4])[0], 1e-4); // running statistics that have not moved yet
    }

    [Fact]
    public void Forward_DropoutOfAnIteration_DropsTheSameAgain()
    {
        using var layers = new Sequential([new Dropout { Keep = 0.5 }], Shape.Vector(64), capacity: 1);
        float[] ones = [.. Enumerable.Repeat(1f, 64)], first = layers.Forward(ones, training: true).ToArray();
        layers.Iteration = 1;
        float[] second = layers.Forward(ones, training: true).ToArray();
        layers.Iteration = 0;

        Assert.Equal([0, 2], first.Distinct().Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, layers.Forward(ones, training: true).ToArray());
        Assert.Equal(ones, layers.Forward(ones).ToArray());
    }

    [Fact]
    public void Weights_OfASeed_AreThoseOfANetwork()
    {
        using var layers = new Sequential([new Affine { Units = 5 }], SmallRuns.Images, capacity: 1, seed: 7);
        var network = new Network(new LayerList { Layers = [new Affine()] }, SmallRuns.Images, 5);

        Assert.Equal(network.Layout["layers.0.weight"].In(network.Initialize(7)).ToArray(), layers.Parameter("0.weight").ToArray());
    }

    [Fact]
    public void Layers_ThatDoNotFit_AreRefusedByTheirPlace()
    {
        Assert.Equal("layers[1].size", Refused(new Relu(), new MaxPool { Size = 9 }));
        Assert.Equal("layers[0].units", Refused(new Affine()));
        Assert.Equal("layers[0].keep", Refused(new Dropout { Keep = double.NaN }));

        static string Refused(params LayerSpec[] layers) =>
            Assert.Throws<InvalidInputException>(() => new Sequential(layers, new Shape(3, 8, 8), capacity: 1)).Part;
    }

    [Fact]
    public void Calls_WithOtherLengthsOrOutOfOrder_AreRefused()
    {
        using var layers = new Sequential([new Relu()], Shape.Vector(3), capacity: 2);

        Assert.Throws<ArgumentException>(() => layers.Forward([]).Length);
        Assert.Throws<ArgumentException>(() => layers.Forward([1, 2, 3, 4]).Length);
        Assert.Throws<ArgumentException>(() => layers.Forward(new float[9]).Length);
        Assert.Throws<InvalidOperationException>(() => layers.Backward([1, 2, 3]).Length);
        layers.Forward([1, 2, 3], training: true);
        Assert.Throws<ArgumentException>(() => layers.Backward(new float[6]).Length);
        Assert.Throws<KeyNotFoundException>(() => layers.Parameter("0.weight").Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sequential([], Shape.Vector(3), capacity: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sequential([new Relu()], Shape.Vector(3), capacity: 0));
    }
}
