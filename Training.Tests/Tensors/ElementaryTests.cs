using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Tensors;

/// <summary>Math's functions, right to one unit in the last place with every C library, are the measure; the digest holds the bits.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class ElementaryTests
{
    private const int Samples = 100_000;

    [Theory]
    [InlineData(-1e-3, 1e-3)]
    [InlineData(-1, 1)]
    [InlineData(-700, 700)]
    [InlineData(-745.2, -700)] // subnormal results
    [InlineData(700, 709.79)]
    public void Exp_Range_MatchesMath(double low, double high) =>
        Assert.All(Between(low, high), x => AssertWithin(3, Math.Exp(x), Elementary.Exp(x)));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-double.Epsilon, 1)]
    [InlineData(double.Epsilon, 1)]
    [InlineData(709.782712893384, 1.7976931348622732e308)]
    [InlineData(709.7827128933841, double.PositiveInfinity)]
    [InlineData(double.MaxValue, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(-745.1332191019411, double.Epsilon)]
    [InlineData(-745.1332191019412, 0)]
    [InlineData(double.MinValue, 0)]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(double.NaN, double.NaN)]
    public void Exp_EdgeOfTheRange_GivesTheLimit(double x, double expected) => AssertWithin(0, expected, Elementary.Exp(x));

    [Theory]
    [InlineData(0.999, 1.001)]
    [InlineData(0.5, 2)]
    [InlineData(1e-6, 1)]
    [InlineData(1, 1e9)]
    public void Log_Range_MatchesMath(double low, double high) =>
        Assert.All(Between(low, high), x => AssertWithin(3, Math.Log(x), Elementary.Log(x)));

    [Fact]
    public void Log_AllMagnitudes_MatchesMath() => Assert.All(PositiveMagnitudes(), x => AssertWithin(3, Math.Log(x), Elementary.Log(x)));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, double.NegativeInfinity)]
    [InlineData(double.Epsilon, -744.4400719213812)]
    [InlineData(double.MaxValue, 709.782712893384)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(-double.Epsilon, double.NaN)]
    [InlineData(double.NegativeInfinity, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    public void Log_EdgeOfTheRange_GivesTheLimit(double x, double expected) => AssertWithin(1, expected, Elementary.Log(x));

    [Fact]
    public void Log_NegativeZero_IsThatOfZero() => Assert.Equal(double.NegativeInfinity, Elementary.Log(-0.0));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 1e-9)]
    [InlineData(0.2499, 0.2501)]
    [InlineData(0.4999, 0.5001)]
    [InlineData(0.7499, 0.7501)]
    [InlineData(0.9999, 1)]
    public void CosineAndSineOfTurns_Range_MatchMath(double low, double high) =>
        Assert.All(Between(low, high), t =>
        {
            AssertWithin(3, double.CosPi(2 * t), Elementary.CosineOfTurns(t));
            AssertWithin(3, double.SinPi(2 * t), Elementary.SineOfTurns(t));
        });

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0.25, 0, 1)]
    [InlineData(0.5, -1, 0)]
    [InlineData(0.75, 0, -1)]
    [InlineData(1, 1, 0)]
    public void CosineAndSineOfTurns_QuarterTurn_AreExact(double t, double cosine, double sine)
    {
        Assert.Equal(cosine, Elementary.CosineOfTurns(t));
        Assert.Equal(sine, Elementary.SineOfTurns(t));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(123_457)]
    public void Power_WholeExponent_MatchesMathWithinTheExponentInUnits(long n)
    {
        foreach (double x in (IEnumerable<double>)[0.9, 0.999, -0.999, 1.001, 1 / 3.0, -7, .. Between(0.99, 1.01).Take(1000)])
            AssertWithin(n + 1, Math.Pow(x, n), Elementary.Power(x, n));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(double.NaN, 0, 1)]
    [InlineData(double.NaN, 1, double.NaN)]
    [InlineData(0, 5, 0)]
    [InlineData(2, 1023, 8.98846567431158e307)]
    [InlineData(2, 1024, double.PositiveInfinity)]
    [InlineData(-2, 1025, double.NegativeInfinity)]
    [InlineData(0.5, 1074, double.Epsilon)]
    [InlineData(0.5, 1075, 0)]
    [InlineData(0.999, long.MaxValue, 0)]
    [InlineData(1, long.MaxValue, 1)]
    [InlineData(double.NegativeInfinity, 2, double.PositiveInfinity)]
    public void Power_EdgeOfTheRange_GivesTheLimit(double x, long n, double expected) => Assert.Equal(expected, Elementary.Power(x, n));

    [Fact]
    public void Power_NegativeExponent_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Elementary.Power(2, -1));

    /// <summary>The digest is this program's own, taken once: any processor and C library has to give it.</summary>
    [Fact]
    public void AllFunctions_ManyArguments_GiveThePinnedBits()
    {
        double[] results =
        [
            .. Between(-750, 715).Select(Elementary.Exp),
            .. PositiveMagnitudes().Select(Elementary.Log),
            .. Between(0.5, 2).Select(Elementary.Log),
            .. Between(0, 1).Select(Elementary.CosineOfTurns),
            .. Between(0, 1).Select(Elementary.SineOfTurns),
            .. Between(0.9, 1.1).Select((x, i) => Elementary.Power(x, i % 5000)),
        ];

        Assert.Equal(
            "5b9735002b6fd426158199e3a0e05e69248d670bab4419c72401a3158eec5cd8",
            Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(results.AsSpan()))));
    }

    private static IEnumerable<double> Between(double low, double high)
    {
        var chance = new Chance(Seed: 1, Purpose.Weights, Stream: 0);
        return Enumerable.Range(0, Samples).Select(i => low + (high - low) * chance.Uniform((ulong)i));
    }

    /// <summary>Positive numbers of every exponent, subnormal ones included.</summary>
    private static IEnumerable<double> PositiveMagnitudes()
    {
        const double infinity = 0x7FF0_0000_0000_0000;
        return Between(1, infinity).Select(bits => BitConverter.UInt64BitsToDouble((ulong)bits));
    }

    /// <summary>Equal, both NaN, or no more than so many representable numbers apart.</summary>
    private static void AssertWithin(long units, double expected, double actual)
    {
        bool near = double.IsNaN(expected)
            ? double.IsNaN(actual)
            : expected == actual || Int128.Abs((Int128)Order(expected) - Order(actual)) <= units;
        Assert.True(near, $"Expected {expected:R} within {units} units in the last place, but found {actual:R}.");
    }

    /// <summary>The place of a number among all representable ones, counted from 0.</summary>
    private static long Order(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        return bits >= 0 ? bits : long.MinValue - bits;
    }
}
