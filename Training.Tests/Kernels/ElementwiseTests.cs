using System.Runtime.Intrinsics;
using CnnService.Training.Kernels;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Kernels;

/// <summary>Operations on each number alone, at every edge of a vector of 16, and nothing outside the spans.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class ElementwiseTests
{
    private const float Untouched = -77;

    public static TheoryData<int> Lengths => [0, 1, 15, 16, 17, 31, 32, 33, 127];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Apply_Unary_IsThePlainLoop(int length)
    {
        float[] x = RandomTensors.Vector(1, length);

        MustWrite([.. x.Select(v => v > 0 ? v : 0)], destination => Elementwise.Apply(default(ReluOperation), x, destination));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Apply_Binary_IsThePlainLoop(int length)
    {
        float[] x = RandomTensors.Vector(1, length), y = RandomTensors.Vector(2, length);

        MustWrite([.. x.Zip(y, (a, b) => a + b)], destination => Elementwise.Apply(default(AddOperation), x, y, destination));
        MustWrite([.. x.Zip(y, (a, b) => a * b)], destination => Elementwise.Apply(default(MultiplyOperation), x, y, destination));
        MustWrite([.. x.Zip(y, (a, b) => a > 0 ? b : 0)], destination => Elementwise.Apply(default(ReluGradientOperation), x, y, destination));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Apply_InPlace_IsTheSame(int length)
    {
        float[] x = RandomTensors.Vector(1, length), y = RandomTensors.Vector(2, length);
        float[] expected = [.. x.Zip(y, (a, b) => a * b)];

        Elementwise.Apply(default(MultiplyOperation), x, y, y);
        Elementwise.Apply(default(ReluOperation), x, x);

        Assert.Equal(expected, y);
        Assert.DoesNotContain(x, v => v < 0);
    }

    [Theory]
    [InlineData(16, 15, 16)]
    [InlineData(16, 16, 17)]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 0)]
    public void Apply_OtherLengths_Throws(int x, int y, int destination)
    {
        Assert.Throws<ArgumentException>(() => Elementwise.Apply(default(AddOperation), new float[x], new float[y], new float[destination]));
        Assert.Throws<ArgumentException>(() => Elementwise.Apply(default(ReluOperation), new float[x], new float[x + 1]));
    }

    [Fact]
    public void Relu_SpecialValues_KeepsNaNAndInfinity()
    {
        float[] x = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, float.Epsilon, -float.Epsilon], y = new float[7], dx = new float[7];
        float[] ones = [1, 1, 1, 1, 1, 1, 1];

        Elementwise.Apply(default(ReluOperation), x, y);
        Elementwise.Apply(default(ReluGradientOperation), y, ones, dx);

        Assert.Equal([float.NaN, float.PositiveInfinity, 0, 0, 0, float.Epsilon, 0], y);
        Assert.Equal([1, 1, 0, 0, 0, 1, 0], dx);
    }

    [Fact]
    public void ReluGradient_NaNFromAbove_StaysOnlyWhereTheOutputIsPositive()
    {
        float[] dx = new float[3];

        Elementwise.Apply(default(ReluGradientOperation), [1, 0, float.NaN], [float.NaN, float.NaN, float.NaN], dx);

        Assert.Equal([float.NaN, 0, float.NaN], dx);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void LoadAndStore_AnyLength_TakeUpToSixteenAndFillWithZeros(int length)
    {
        float[] x = RandomTensors.Vector(1, length);
        Vector512<float> loaded = Elementwise.Load(x);

        for (int lane = 0; lane < 16; lane++) Assert.Equal(lane < length ? x[lane] : 0, loaded[lane]);
        MustWrite(
            [.. Enumerable.Range(0, length).Select(i => i < 16 ? x[i] : Untouched)], destination => Elementwise.Store(loaded, destination));
    }

    /// <summary>Writes into the middle of other numbers, which must stay.</summary>
    private static void MustWrite(float[] expected, SpanWrite write)
    {
        const int margin = 16;
        float[] memory = [.. Enumerable.Repeat(Untouched, expected.Length + 2 * margin)];
        write(memory.AsSpan(margin, expected.Length));

        float[] around = [.. Enumerable.Repeat(Untouched, margin)];
        Assert.Equal([.. around, .. expected, .. around], memory);
    }

    private delegate void SpanWrite(Span<float> destination);
}
