using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>
/// The three matrix products of an affine layer, each for a part of its output, so that several workers can share it: y = x . w for some
/// rows, dw = transposed x . dy for some features, dx = dy . transposed w for some features. x: (N, D), w: (D, M), y: (N, M).
/// </summary>
internal sealed unsafe class AffineProducts
{
    /// <summary>Features that one piece of the gradients covers: 128 columns of dx, or 128 rows of dw.</summary>
    public const int Features = 128;

    private readonly int D, M;
    private readonly int[] rowOffsets, panelOffsets = MatrixProduct.RowOffsets(Features);
    private readonly FloatBuffer packed, panel, product;

    /// <summary>Scratch for one worker.</summary>
    /// <param name="rows">Rows that <see cref="Forward"/> covers at most.</param>
    /// <param name="batch">N at most; 0 if there is no backward pass.</param>
    /// <param name="features">D.</param>
    /// <param name="units">M.</param>
    public AffineProducts(int rows, int batch, int features, int units)
    {
        (D, M) = (features, units);
        rowOffsets = MatrixProduct.RowOffsets(M);
        int unitPitch = MatrixProduct.RoundColumns(M), blockRows = MatrixProduct.RowBlocks(Math.Max(rows, batch > 0 ? Features : 0)) * Tile.Rows;
        packed = new FloatBuffer(blockRows * MatrixProduct.Chunk);
        panel = new FloatBuffer(batch > 0 ? MatrixProduct.Chunk * Features : 0);
        product = new FloatBuffer(Math.Max(blockRows * unitPitch, MatrixProduct.RowBlocks(batch) * Tile.Rows * Features));
    }

    /// <summary>The products of <see cref="Forward"/> for row r: M numbers.</summary>
    public ReadOnlySpan<float> Row(int r) => product.Slice(r * MatrixProduct.RoundColumns(M), M);

    /// <summary>x . w for the rows from <paramref name="first"/>; read them with <see cref="Row"/>, counted from 0.</summary>
    public void Forward(FloatBuffer x, FloatBuffer w, int weightStart, int first, int rows)
    {
        int blocks = MatrixProduct.RowBlocks(rows), blockPitch = MatrixProduct.Chunk * Tile.Rows;
        for (int d = 0; d < D; d += MatrixProduct.Chunk)
        {
            int K = Math.Min(MatrixProduct.Chunk, D - d);
            MatrixProduct.PackRows(x.Pointer + (nint)first * D + d, D, rows, K, packed.Pointer, blockPitch);
            MatrixProduct.Multiply(
                packed.Pointer, blockPitch, blocks, w.Pointer + weightStart + (nint)d * M, rowOffsets, K, M, product.Pointer, MatrixProduct.RoundColumns(M), d > 0);
        }
    }

    /// <summary>dw for up to <see cref="Features"/> features from <paramref name="first"/>: sums over the N rows in their order.</summary>
    public void WeightGradient(FloatBuffer x, FloatBuffer dy, int N, int first, Span<float> dw)
    {
        int features = Math.Min(Features, D - first), blockPitch = MatrixProduct.Chunk * Tile.Rows, pitch = MatrixProduct.RoundColumns(M);
        for (int n = 0; n < N; n += MatrixProduct.Chunk)
        {
            int K = Math.Min(MatrixProduct.Chunk, N - n);
            MatrixProduct.PackColumns(x.Pointer + (nint)n * D + first, D, features, K, packed.Pointer, blockPitch);
            MatrixProduct.Multiply(
                packed.Pointer, blockPitch, MatrixProduct.RowBlocks(features), dy.Pointer + (nint)n * M, rowOffsets, K, M, product.Pointer, pitch, n > 0);
        }

        for (int d = 0; d < features; d++) product.Slice(d * pitch, M).CopyTo(dw.Slice((first + d) * M, M));
    }

    /// <summary>dx for up to <see cref="Features"/> features from <paramref name="first"/>: sums over the M units in their order.</summary>
    /// <param name="packedGradient">dy from <see cref="PackGradient"/>.</param>
    /// <param name="w">The parameters.</param>
    /// <param name="weightStart">Where w begins in them.</param>
    /// <param name="N">Rows.</param>
    /// <param name="first">The first feature.</param>
    /// <param name="dx">(N, D).</param>
    public void InputGradient(FloatBuffer packedGradient, FloatBuffer w, int weightStart, int N, int first, FloatBuffer dx)
    {
        int features = Math.Min(Features, D - first);
        for (int m = 0; m < M; m += MatrixProduct.Chunk)
        {
            int K = Math.Min(MatrixProduct.Chunk, M - m);
            MatrixProduct.Transpose(w.Pointer + weightStart + (nint)first * M + m, M, features, K, panel.Pointer, Features);
            MatrixProduct.Multiply(
                packedGradient.Pointer + m * Tile.Rows, M * Tile.Rows, MatrixProduct.RowBlocks(N), panel.Pointer, panelOffsets, K, features, product.Pointer, Features, m > 0);
        }

        for (int n = 0; n < N; n++) product.Slice(n * Features, features).CopyTo(dx.Slice(n * D + first, features));
    }

    /// <summary>Packs dy (N, M) for <see cref="InputGradient"/>: blocks of 8 rows.</summary>
    public static void PackGradient(FloatBuffer dy, int N, int M, FloatBuffer packed) =>
        MatrixProduct.PackRows(dy.Pointer, M, N, M, packed.Pointer, M * Tile.Rows);
}
