using CnnService.Api.Plots;
using CnnService.Api.Runs;

namespace CnnService.Api.Tests.Plots;

public sealed class LossLineTests
{
    [Fact]
    public void Of_LossesThatAreNotFinite_AreGapsThatBeginAtTheirIterations()
    {
        LossLine line = Line(1, 2, double.NaN, double.PositiveInfinity, 3, double.NegativeInfinity);

        Assert.Equal([[1, 2], [3]], line.Stretches.Select(stretch => stretch.Select(point => point.Mean)));
        Assert.Equal([3, 6], line.Breaks);
        Assert.All(line.Points, point => Assert.True(double.IsFinite(point.Smoothed)));
    }

    [Fact]
    public void Of_WindowsOfSeveralIterations_LieInTheirMiddlesAlsoTheLast()
    {
        var line = LossLine.Of(new Curve([1, 5, 9], [1, 1, 1], [3, 3, 3], [2, 2, 2], []), last: 10);

        Assert.Equal([2.5, 6.5, 9.5], line.Points.Select(point => point.Iteration));
        Assert.Equal(4, line.Width);
    }

    [Fact]
    public void Of_StraightLosses_AreNotBentBySmoothing()
    {
        double[] losses = [.. Enumerable.Range(0, 300).Select(i => 5 - 0.01 * i)];
        Assert.All(Line(losses).Points.Zip(losses), pair => Assert.Equal(pair.Second, pair.First.Smoothed, 1e-9));
    }

    [Fact]
    public void Of_NoisyLosses_AreSmootherThanTheyWere()
    {
        var random = new Random(3);
        LossPoint[] points = [.. Line([.. Enumerable.Range(0, 300).Select(_ => random.NextDouble())]).Points];

        double before = points.Zip(points.Skip(1)).Average(pair => Math.Abs(pair.First.Mean - pair.Second.Mean));
        double after = points.Zip(points.Skip(1)).Average(pair => Math.Abs(pair.First.Smoothed - pair.Second.Smoothed));
        Assert.True(after < before / 10, $"{after} after {before}");
    }

    [Fact]
    public void Of_NoLosses_IsEmpty()
    {
        var line = LossLine.Of(new Curve([], [], [], [], []), last: 0);
        Assert.Empty(line.Stretches);
        Assert.Empty(line.Breaks);
    }

    private static LossLine Line(params double[] losses) =>
        LossLine.Of(new Curve([.. Enumerable.Range(1, losses.Length).Select(i => (long)i)], losses, losses, losses, []), losses.Length);
}
