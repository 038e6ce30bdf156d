using CnnService.Api.Plots;

namespace CnnService.Api.Tests.Plots;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0, 2.3, "0.0 0.5 1.0 1.5 2.0 2.5")]
    [InlineData(0, 0.3, "0.00 0.05 0.10 0.15 0.20 0.25 0.30")]
    [InlineData(61.5, 100, "60 70 80 90 100")]
    [InlineData(99, 100, "99.0 99.2 99.4 99.6 99.8 100.0")]
    [InlineData(-1.5, 12, "-2 0 2 4 6 8 10 12")]
    [InlineData(0, 31_000, "0 5,000 10,000 15,000 20,000 25,000 30,000 35,000")]
    [InlineData(0, 4e8, "0 1e8 2e8 3e8 4e8")]
    [InlineData(0, 0, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(7, 7, "7 8 9 10 11 12 13 14")]
    public void Linear_AnyRange_HasRoundEndsAndSteps(double from, double to, string labels)
    {
        var axis = Axis.Linear(from, to);

        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
        Assert.True(axis.From <= from && axis.To >= to);
        Assert.Equal((axis.From, axis.To), (axis.Ticks[0].Value, axis.Ticks[^1].Value));
    }

    [Theory]
    [InlineData(1, "0 1")]
    [InlineData(5, "0 1 2 3 4 5")]
    [InlineData(864, "0 100 200 300 400 500 600 700 800")]
    [InlineData(1_000_000, "0 100,000 200,000 300,000 400,000 500,000 600,000 700,000 800,000 900,000 1,000,000")]
    public void OfIterations_AnyNumber_MarksWholeOnesUpToTheLast(long last, string labels)
    {
        var axis = Axis.OfIterations(last);

        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
        Assert.Equal((0, last), (axis.From, axis.To));
    }

    [Theory]
    [InlineData(0.03, 2.5, "0.02 0.05 0.1 0.2 0.5 1 2 5")]
    [InlineData(0.002, 60, "0.01 0.1 1 10 100")]
    [InlineData(0.5, 2e25, "1 10,000 1e8 1e12 1e16 1e20 1e24")]
    public void Logarithmic_AnyRange_MarksPowersAndWhereThereIsRoomStepsBetweenThem(double from, double to, string labels)
    {
        var axis = Axis.Logarithmic(from, to);

        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(tick => tick.Label)));
        Assert.True(axis.From <= from && axis.To >= to);
    }

    [Fact]
    public void PlaceOf_EqualFactorsOnALogarithmicAxis_AreEqualDistances()
    {
        var axis = Axis.Logarithmic(0.01, 100);
        Assert.Equal([0, 0.25, 0.5, 1], ((double[])[0.01, 0.1, 1, 100]).Select(axis.PlaceOf), (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(double.NaN)]
    [InlineData(double.MaxValue)]
    public void PlaceOf_ValueWithoutAPlace_LiesNearTheFrameAllTheSame(double value)
    {
        foreach (Axis axis in (Axis[])[Axis.Logarithmic(1, 10), Axis.Linear(1, 10)]) Assert.InRange(axis.PlaceOf(value), -1, 2);
    }
}
