using CnnService.Training.Kernels;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Kernels;

/// <summary>
/// The register tile has the bits of plain fused multiply-adds in the order of k, with one block of columns or two, into fresh sums or old
/// ones, and writes nothing beside its 8 rows of 16.
/// </summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed unsafe class TileTests
{
    private const float Untouched = -77;
    private const int Pitch = 40, FirstColumn = 1, SecondColumn = 20;

    public static MatrixTheoryData<int, bool, bool> Cases => new([0, 1, 2, 15, 16, 17, 33, 127], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void MultiplyAdd_AnyNumberOfProducts_HasTheBitsOfThePlainLoop(int K, bool twoBlocks, bool accumulate)
    {
        FloatBuffer a = Buffer(1, K * Tile.Rows), b = Buffer(2, K + 100), c = new(Tile.Rows * Pitch);
        c.Span.Fill(Untouched);
        float[] expected = c.Span.ToArray();
        int[] offsets = [.. Enumerable.Range(0, K).Select(k => 7 * k % (K + 1))], columns = twoBlocks ? [FirstColumn, SecondColumn] : [FirstColumn];
        foreach (int column in columns)
            for (int i = 0; i < Tile.Rows; i++)
                for (int j = 0; j < Tile.Columns; j++)
                {
                    float sum = accumulate ? Untouched : 0;
                    for (int k = 0; k < K; k++) sum = MathF.FusedMultiplyAdd(a.Span[k * Tile.Rows + i], b.Span[column + offsets[k] + j], sum);
                    expected[i * Pitch + column + j] = sum;
                }

        fixed (int* rows = offsets)
        {
            float* b1 = twoBlocks ? b.Pointer + SecondColumn : null, c1 = twoBlocks ? c.Pointer + SecondColumn : null;
            Tile.MultiplyAdd(TileRows.Packed(a.Pointer), rows, K, b.Pointer + FirstColumn, b1, c.Pointer + FirstColumn, c1, Pitch, accumulate);
        }

        Assert.Equal(expected, c.Span.ToArray());
    }

    [Fact]
    public void MultiplyAdd_NaNInOneColumn_StaysInThatColumn()
    {
        FloatBuffer a = Buffer(1, Tile.Rows), b = Buffer(2, 32), c = new(Tile.Rows * Pitch);
        b.Span[16 + 3] = float.NaN;
        int offset = 0;

        Tile.MultiplyAdd(TileRows.Packed(a.Pointer), &offset, 1, b.Pointer, b.Pointer + 16, c.Pointer, c.Pointer + 16, Pitch, accumulate: false);

        for (int i = 0; i < Tile.Rows; i++)
            for (int j = 0; j < 32; j++) Assert.Equal(j == 19, float.IsNaN(c.Span[i * Pitch + j]));
    }

    private static FloatBuffer Buffer(int seed, int length)
    {
        var buffer = new FloatBuffer(length);
        RandomTensors.Vector(seed, length).CopyTo(buffer.Span);
        return buffer;
    }
}
