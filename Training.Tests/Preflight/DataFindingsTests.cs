using CnnService.Training.Datasets;
using CnnService.Training.Losses;
using CnnService.Training.Preflight;
using CnnService.Training.Running;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Preflight;

/// <summary>What looks wrong in data is told with examples.</summary>
public sealed class DataFindingsTests
{
    private static readonly Shape Shape = new(3, 8, 8);

    [Fact]
    public void Of_ADatasetWithEveryFault_TellsEach()
    {
        // 12 pictures of a, 130 of b, 3 of c, 1 of d.
        List<(byte[] Picture, int Label)> training = [.. Enumerable.Range(0, 146).Select(i => (Picture(i), i < 12 ? 0 : i < 142 ? 1 : i < 145 ? 2 : 3))];
        training[5] = (training[2].Picture, 0);
        training[20] = (training[3].Picture, 1);
        training[30] = ([.. Enumerable.Repeat((byte)10, 64), .. Enumerable.Repeat((byte)200, 128)], 1);
        var dataset = new Dataset(["a", "b", "c", "d"], Set(training), Set([(Picture(999), 0), (training[7].Picture, 0)]));

        IReadOnlyList<Finding> findings = DataFindings.Of(new TrainingSpec(), dataset);

        Assert.Equal(
            [
                "Warning few-pictures: c (3), d (1)",
                "Warning no-validation-picture: d (1)",
                "Warning imbalance: b (130), d (1)",
                "Warning constant-pictures: training 30",
                "Info equal-pictures: training 5 = training 2",
                "Warning equal-pictures-in-classes: training 20 = training 3",
                "Warning equal-pictures-in-parts: test 1 = training 7",
            ],
            findings.Select(finding => $"{finding.Severity} {finding.Code}: {string.Join(", ", finding.Examples)}"));
        Assert.All(findings, finding => Assert.EndsWith(".", finding.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_AGoodDataset_IsNothing() => Assert.Empty(DataFindings.Of(new TrainingSpec(), ShapesDataset.Create(trainCount: 200, testCount: 50)));

    [Fact]
    public void Of_AnImbalanceThatTheLossMakesUpFor_IsInformation()
    {
        var dataset = new Dataset(["a", "b"], Set([.. Enumerable.Range(0, 131).Select(i => (Picture(i), i < 11 ? 0 : 1))]));
        Finding finding = Assert.Single(DataFindings.Of(new TrainingSpec { Loss = new SoftmaxCrossEntropy { ClassWeights = ClassWeights.Balanced } }, dataset));
        Assert.Equal((Severity.Info, "imbalance"), (finding.Severity, finding.Code));
    }

    private static byte[] Picture(int number)
    {
        float[] numbers = new float[Shape.Length];
        new Chance(1, Purpose.Shapes, (ulong)number).FillUniform(numbers);
        return [.. numbers.Select(value => (byte)(255 * value))];
    }

    private static ImageSet Set(List<(byte[] Picture, int Label)> images) =>
        new(Shape, images.Select(image => new ReadOnlyMemory<byte>(image.Picture)), images.Select(image => image.Label));
}
