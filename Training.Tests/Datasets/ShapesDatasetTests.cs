using CnnService.Training.Datasets;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Datasets;

public sealed class ShapesDatasetTests
{
    private static readonly Lazy<Dataset> Default = new(() => ShapesDataset.Create());

    [Fact]
    public void Create_Default_HasTheSameBytesEverywhere() =>
        Assert.Equal("67d8531a7af24f8430495483824ed6dbf00ceae4eead4d58b19fb02e0a5e51af", Default.Value.Sha256);

    [Fact]
    public void Create_Default_IsBalanced()
    {
        Assert.Equal(new Shape(3, 32, 32), Default.Value.Shape);
        Assert.Equal(10, Default.Value.Labels.Count);
        Assert.Equal(Enumerable.Repeat(400, 10), Default.Value.Train.Labels.ToArray().CountBy(label => label).Select(label => label.Value));
        Assert.Equal(Enumerable.Repeat(100, 10), Default.Value.Test.Labels.ToArray().CountBy(label => label).Select(label => label.Value));
    }

    [Fact]
    public void Create_OtherCounts_HasTheSameImages()
    {
        Dataset few = ShapesDataset.Create(trainCount: 7, testCount: 3);
        Assert.Equal((7, 3), (few.Train.Count, few.Test.Count));
        for (int i = 0; i < 7; i++) Assert.True(few.Train[i].SequenceEqual(Default.Value.Train[i]));
        for (int i = 0; i < 3; i++) Assert.True(few.Test[i].SequenceEqual(Default.Value.Test[i]));
        Assert.False(few.Train[0].SequenceEqual(few.Test[0]));
    }

    [Fact]
    public void Create_OtherSeed_HasOtherImages() =>
        Assert.False(ShapesDataset.Create(seed: 2, trainCount: 1, testCount: 0).Train[0].SequenceEqual(Default.Value.Train[0]));

    [Fact]
    public void Create_NoTrainingImages_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ShapesDataset.Create(trainCount: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShapesDataset.Create(testCount: -1));
    }
}
