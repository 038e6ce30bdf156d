using CnnService.Training.Datasets;
using CnnService.Training.Layers;
using CnnService.Training.Running;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

public sealed class FirstFiltersTests
{
    private static readonly Dataset Drawings = ShapesDataset.Create(trainCount: 100, testCount: 0);

    [Fact]
    public void Of_FirstLayerWithWeightsIsAConvolution_GivesItsWeights()
    {
        Model model = ModelOf(new BatchNorm(), new Relu(), new Convolution { Filters = 4, Height = 3, Width = 5 }, new Affine());

        FirstFilters filters = FirstFilters.Of(model)!;

        Assert.Equal((4, new Shape(3, 3, 5)), (filters.Count, filters.Shape));
        ReadOnlySpan<float> weights = model.Network.Layout["layers.2.weight"].In(model.Parameters);
        for (int i = 0; i < 4; i++) Assert.Equal(weights.Slice(i * 45, 45), filters[i]);
    }

    [Fact]
    public void Of_OtherNetworks_IsNull() => Assert.Null(FirstFilters.Of(ModelOf(new BatchNorm(), new Affine())));

    [Fact]
    public void BytesPerImage_AnyNetwork_CountsTheImageAndEveryOutput() => // (3, 32, 32), (4, 30, 28), 10 numbers of 4 bytes
        Assert.Equal(4 * (3072 + 3360 + 10), ModelOf(new Convolution { Filters = 4, Height = 3, Width = 5 }, new Affine()).Network.BytesPerImage);

    private static Model ModelOf(params LayerSpec[] layers)
    {
        using var trainer = new Trainer(new TrainingSpec { Model = new LayerList { Layers = layers }, BatchSize = 10 }, Drawings, threads: 1);
        return trainer.BestModel();
    }
}
