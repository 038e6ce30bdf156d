using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Tensors;

/// <summary>The limits of the counts and moments are 5 deviations wide; the numbers are the same in every run, so they pass always or never.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class ChanceTests
{
    private const int Draws = 1 << 18;
    private const double Deviations = 5;
    private static readonly Chance Any = new(Seed: 20_240_229, Purpose.Weights, Stream: 3);

    [Fact]
    public void Uniform_ManyDraws_StayInRangeWithTheMomentsOfTheUniformDistribution()
    {
        double[] draws = Draw(Any.Uniform);

        Assert.All(draws, u => Assert.InRange(u, 0, Math.BitDecrement(1.0)));
        AssertMean(1 / 2.0, Math.Sqrt(1 / 12.0), draws);
        AssertMean(1 / 3.0, Math.Sqrt(4 / 45.0), draws.Select(u => u * u));
        AssertMean(1 / 4.0, Math.Sqrt(9 / 112.0), draws.Select(u => u * u * u));
    }

    [Fact]
    public void Uniform_NeighbouringIndices_AreUncorrelated() =>
        AssertMean(0, 1 / 12.0, Draw(index => (Any.Uniform(index) - 0.5) * (Any.Uniform(index + 1) - 0.5)));

    [Fact]
    public void Normal_ManyDraws_HaveTheMomentsOfTheNormalDistribution()
    {
        double[] draws = Draw(Any.Normal);

        AssertMean(0, 1, draws);
        AssertMean(1, Math.Sqrt(2), draws.Select(z => z * z));
        AssertMean(0, Math.Sqrt(15), draws.Select(z => z * z * z));
        AssertMean(3, Math.Sqrt(96), draws.Select(z => z * z * z * z));
    }

    [Theory]
    [InlineData(1, 0.3173105078629141)]
    [InlineData(2, 0.0455002638963584)]
    [InlineData(3, 0.0026997960632602)]
    [InlineData(4, 0.0000633424836662)]
    public void Normal_ManyDraws_LeaveTheShareOfTheNormalDistributionInTheTails(double limit, double share) =>
        AssertMean(share, Math.Sqrt(share * (1 - share)), Draw(Any.Normal).Select(z => Math.Abs(z) > limit ? 1.0 : 0));

    [Fact]
    public void Below_SmallBound_GivesEveryNumberEquallyOften()
    {
        const int bound = 7;
        var counts = new int[bound];
        for (ulong index = 0; index < Draws; index++) counts[Any.Below(bound, index)]++;

        AssertEquallyOften(counts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void Below_AnyBound_StaysInRange(int bound)
    {
        for (ulong index = 0; index < 10_000; index++) Assert.InRange(Any.Below(bound, index), 0, bound - 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Below_NoNumberBelowBound_Throws(int bound) => Assert.Throws<ArgumentOutOfRangeException>(() => Any.Below(bound, 0));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Shuffle_AnyLength_KeepsTheItems(int length)
    {
        int[] items = [.. Enumerable.Range(0, length)];

        Any.Shuffle(items.AsSpan());

        Assert.Equal(Enumerable.Range(0, length), items.Order());
        Assert.True(length < 1000 || !items.SequenceEqual(Enumerable.Range(0, length)));
    }

    [Fact]
    public void Shuffle_ManyStreams_GiveEveryOrderEquallyOften()
    {
        var counts = new Dictionary<string, int>();
        for (ulong stream = 0; stream < 24_000; stream++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            (Any with { Stream = stream }).Shuffle(items.AsSpan());
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }

        Assert.Equal(24, counts.Count);
        AssertEquallyOften(counts.Values);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(1003)]
    public void FillUniform_AnyLength_FillsWithMultiplesOfTwoToMinus24InRange(int length)
    {
        var numbers = new float[length + 1];
        numbers[length] = float.NaN;

        Any.FillUniform(numbers.AsSpan(0, length));

        Assert.All(numbers[..length], u => Assert.True(u is >= 0 and < 1 && float.IsInteger(u * (1 << 24))));
        Assert.True(float.IsNaN(numbers[length]));
    }

    [Fact]
    public void FillUniform_ManyDraws_HaveTheMomentsOfTheUniformDistribution()
    {
        var numbers = new float[Draws];

        Any.FillUniform(numbers);

        AssertMean(1 / 2.0, Math.Sqrt(1 / 12.0), numbers.Select(u => (double)u));
        AssertMean(1 / 3.0, Math.Sqrt(4 / 45.0), numbers.Select(u => (double)u * u));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(64)]
    [InlineData(1000)]
    public void FillUniform_CutIntoPieces_GivesTheSameNumbers(int pieceLength)
    {
        var whole = new float[999];
        var pieces = new float[999];

        Any.FillUniform(whole, first: 8);
        for (int start = 0; start < pieces.Length; start += pieceLength)
            Any.FillUniform(pieces.AsSpan(start, Math.Min(pieceLength, pieces.Length - start)), first: 8 + (ulong)start);

        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void FillUniform_FirstInsideABlock_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Any.FillUniform(new float[4], first: 2));

    [Fact]
    public void Uniform_OtherSeedPurposeOrStream_GivesOtherNumbers()
    {
        var chances = from seed in new ulong[] { 0, 1, 2, ulong.MaxValue }
                      from purpose in Enum.GetValues<Purpose>()
                      from stream in new ulong[] { 0, 1, 2, (1UL << 48) - 1 }
                      select new Chance(seed, purpose, stream);

        double[] draws = [.. from chance in chances from index in new ulong[] { 0, 1, ulong.MaxValue } select chance.Uniform(index)];

        Assert.Equal(draws.Length, draws.Distinct().Count());
    }

    /// <summary>Values of this program at its first version: checkpoints and published runs rest on them.</summary>
    [Fact]
    public void AllDraws_OneSeed_GiveThePinnedValues()
    {
        var chance = new Chance(Seed: 42, Purpose.Dropout, Stream: 7);
        var filled = new float[5];
        int[] order = [0, 1, 2, 3, 4, 5, 6, 7];

        chance.FillUniform(filled);
        chance.Shuffle(order.AsSpan());

        Assert.Equal([0.07966338209642876, 0.4599375530448905, 0.7355892755081894], [chance.Uniform(0), chance.Uniform(1), chance.Uniform(ulong.MaxValue)]);
        Assert.Equal([0.31680281259616405, 1.0063260655669244, -1.0804616245922534], [chance.Normal(0), chance.Normal(1), chance.Normal(ulong.MaxValue)]);
        Assert.Equal([0, 459, 581904132], [chance.Below(10, 0), chance.Below(1000, 1), chance.Below(int.MaxValue, 2)]);
        Assert.Equal([0.7929135f, 0.07966334f, 0.99484724f, 0.89175314f, 0.5300701f], filled);
        Assert.Equal([5, 3, 0, 2, 1, 4, 7, 6], order);
    }

    private static double[] Draw(Func<ulong, double> number) => [.. Enumerable.Range(0, Draws).Select(index => number((ulong)index))];

    private static void AssertMean(double expected, double deviation, IEnumerable<double> draws)
    {
        double tolerance = Deviations * deviation / Math.Sqrt(Draws);
        Assert.InRange(draws.Average(), expected - tolerance, expected + tolerance);
    }

    /// <summary>Pearson's chi-square, whose mean is the degrees of freedom and whose variance is twice that.</summary>
    private static void AssertEquallyOften(IReadOnlyCollection<int> counts)
    {
        double expected = (double)counts.Sum() / counts.Count;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        int degrees = counts.Count - 1;
        Assert.InRange(chiSquare, 0, degrees + Deviations * Math.Sqrt(2 * degrees));
    }
}
