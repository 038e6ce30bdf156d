using CnnService.Training.Kernels;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Kernels;

/// <summary>Matrix products and the packings in front of them, at the edges of 8 rows and 16 columns.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed unsafe class MatrixProductTests
{
    private static readonly int[] Edges = [1, 2, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 127];

    public static TheoryData<int, int, int> Sizes => [.. Edges.SelectMany(edge =>
        ((int, int, int)[])[(edge, 3, 5), (5, edge, 3), (3, 5, edge), (1, 0, edge), (edge, edge, edge)])];

    public static MatrixTheoryData<int, int> Shapes => new(Edges, [1, 8, 9, 16, 17]);

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Multiply_AnySize_HasTheBitsOfThePlainLoop(int R, int K, int M)
    {
        int blocks = MatrixProduct.RowBlocks(R), pitch = MatrixProduct.RoundColumns(M);
        FloatBuffer a = Buffer(1, R * K), b = Buffer(2, K * M), packed = new(blocks * Tile.Rows * K), c = new(blocks * Tile.Rows * pitch);
        MatrixProduct.PackRows(a.Pointer, K, R, K, packed.Pointer, K * Tile.Rows);

        foreach (bool accumulate in (bool[])[false, true])
        {
            MatrixProduct.Multiply(TileRows.Packed(packed.Pointer), K * Tile.Rows, blocks, b.Pointer, MatrixProduct.RowOffsets(M), K, M, c.Pointer, pitch, accumulate);

            for (int r = 0; r < R; r++)
                for (int m = 0; m < M; m++)
                {
                    float expected = 0;
                    for (int times = 0; times < (accumulate ? 2 : 1); times++)
                        for (int k = 0; k < K; k++) expected = MathF.FusedMultiplyAdd(a.Span[r * K + k], b.Span[k * M + m], expected);
                    Assert.Equal(expected, c.Span[r * pitch + m]);
                }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void MultiplyFew_AnySize_HasTheBitsOfThePlainLoop(int few, int K, int M)
    {
        int R = few % Tile.Rows, xPitch = K + 3, pitch = MatrixProduct.RoundColumns(M);
        FloatBuffer x = Buffer(1, R * xPitch), b = Buffer(2, K * M), c = Filled(R * pitch);

        MatrixProduct.MultiplyFew(x.Pointer, xPitch, R, b.Pointer, M, K, M, c.Pointer, pitch, accumulate: false);
        MatrixProduct.MultiplyFew(x.Pointer, xPitch, R, b.Pointer, M, K, M, c.Pointer, pitch, accumulate: true);

        for (int r = 0; r < R; r++)
            for (int m = 0; m < M; m++)
            {
                float expected = 0;
                for (int k = 0; k < 2 * K; k++) expected = MathF.FusedMultiplyAdd(x.Span[r * xPitch + k % K], b.Span[k % K * M + m], expected);
                Assert.Equal(expected, c.Span[r * pitch + m]);
            }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Packings_AnyShape_HoldEachNumberOnceAndZerosBehind(int rows, int columns)
    {
        int pitch = columns + 3;
        FloatBuffer x = Buffer(1, rows * pitch);
        FloatBuffer packedRows = Filled(MatrixProduct.RowBlocks(rows) * Tile.Rows * columns), turned = Filled(columns * (rows + 2));
        FloatBuffer packedColumns = Filled(MatrixProduct.RowBlocks(columns) * Tile.Rows * rows);

        MatrixProduct.PackRows(x.Pointer, pitch, rows, columns, packedRows.Pointer, Tile.Rows * columns);
        MatrixProduct.PackColumns(x.Pointer, pitch, columns, rows, packedColumns.Pointer, Tile.Rows * rows);
        MatrixProduct.Transpose(x.Pointer, pitch, rows, columns, turned.Pointer, rows + 2);

        float At(int row, int column) => row < rows && column < columns ? x.Span[row * pitch + column] : 0;
        for (int i = 0; i < packedRows.Length; i++)
            Assert.Equal(At(i / (Tile.Rows * columns) * Tile.Rows + i % Tile.Rows, i / Tile.Rows % columns), packedRows.Span[i]);
        for (int i = 0; i < packedColumns.Length; i++)
            Assert.Equal(At(i / Tile.Rows % rows, i / (Tile.Rows * rows) * Tile.Rows + i % Tile.Rows), packedColumns.Span[i]);
        for (int i = 0; i < turned.Length; i++)
            Assert.Equal(i % (rows + 2) < rows ? At(i % (rows + 2), i / (rows + 2)) : float.NaN, turned.Span[i]);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 16)]
    [InlineData(8, 1, 16)]
    [InlineData(9, 2, 16)]
    [InlineData(16, 2, 16)]
    [InlineData(17, 3, 32)]
    public void Blocks_AnyLength_CoverIt(int length, int rowBlocks, int columns)
    {
        Assert.Equal(rowBlocks, MatrixProduct.RowBlocks(length));
        Assert.Equal(columns, MatrixProduct.RoundColumns(length));
    }

    private static FloatBuffer Buffer(int seed, int length)
    {
        var buffer = new FloatBuffer(length);
        RandomTensors.Vector(seed, length).CopyTo(buffer.Span);
        return buffer;
    }

    private static FloatBuffer Filled(int length)
    {
        var buffer = new FloatBuffer(length);
        buffer.Span.Fill(float.NaN); // what is not written shows
        return buffer;
    }
}
