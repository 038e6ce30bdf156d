using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Tensors;

public sealed unsafe class FloatBufferTests
{
    public static TheoryData<int> Lengths => [0, 1, 15, 16, 17, 1000, 100_003];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Pointer_AnyLength_StartsOnACacheLine(int length)
    {
        FloatBuffer[] buffers = [.. Enumerable.Range(0, 20).Select(_ => new FloatBuffer(length))];

        Assert.All(buffers, buffer => Assert.Equal(0u, (nuint)buffer.Pointer % 64));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Constructor_AnyLength_HoldsThatManyZeros(int length)
    {
        var buffer = new FloatBuffer(length);

        Assert.Equal(length, buffer.Length);
        Assert.Equal(new float[length], buffer.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Pointer_SlackPastTheEnd_ReadsZeros(int length)
    {
        var buffer = new FloatBuffer(length);

        for (int i = 0; i < FloatBuffer.Slack; i++) Assert.Equal(0, buffer.Pointer[length + i]);
        GC.KeepAlive(buffer);
    }

    [Fact]
    public void Constructor_NegativeLength_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new FloatBuffer(-1));

    [Fact]
    public void Slice_WithinTheBuffer_SharesItsMemory()
    {
        var buffer = new FloatBuffer(10);

        buffer.Slice(3, 2).Fill(7);
        buffer.Pointer[9] = 1;

        Assert.Equal([0, 0, 0, 7, 7, 0, 0, 0, 0, 1], buffer.Span.ToArray());
        Assert.Equal(0, buffer.Slice(10, 0).Length);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(9, 2)]
    [InlineData(11, 0)]
    [InlineData(0, -1)]
    public void Slice_OutsideTheBuffer_Throws(int offset, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FloatBuffer(10).Slice(offset, length).Length);
}
