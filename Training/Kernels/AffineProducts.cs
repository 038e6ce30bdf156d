using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>
/// The three matrix products of an affine layer, each for a part of its output, so that several workers can share it: y = x . w for some
/// rows, dw = transposed x . dy for some features, dx = dy . transposed w for some features. x: (N, D), w: (D, M), y: (N, M).
/// </summary>
internal sealed unsafe class AffineProducts
{
    /// <summary>Features that are summed apart in y: fixed, so that a sum has the same bits however many workers share it.</summary>
    public const int Part = 1024;

    private const int PieceNumbers = 16 * 1024, MostFeatures = 128; // a piece with its states stays in a second-level cache
    private const int PanelRows = 32; // from so many rows on it pays to lay out a panel of w
    private readonly int D, M, Features;
    private readonly int[] rowOffsets, turnedOffsets, panelOffsets = MatrixProduct.RowOffsets(2 * Tile.Columns);
    private readonly FloatBuffer packed, panel, product;

    /// <summary>Scratch for one worker.</summary>
    /// <param name="batch">N at most; 0 if there is no backward pass.</param>
    /// <param name="features">D.</param>
    /// <param name="units">M.</param>
    public AffineProducts(int batch, int features, int units)
    {
        (D, M, Features) = (features, units, FeaturesFor(units));
        (rowOffsets, turnedOffsets) = (MatrixProduct.RowOffsets(M), MatrixProduct.RowOffsets(Features));
        packed = new FloatBuffer(batch > 0 ? Features * MatrixProduct.Chunk : 0);
        panel = new FloatBuffer(MatrixProduct.Chunk * Math.Max(2 * Tile.Columns, batch > 0 ? Features : 0));
        product = new FloatBuffer(batch > 0 ? Math.Max(Features * MatrixProduct.RoundColumns(M), MatrixProduct.RowBlocks(batch) * Tile.Rows * Features) : 0);
    }

    /// <summary>Features that one piece of the gradients covers, columns of dx and rows of dw: up to 128.</summary>
    public static int FeaturesFor(int units) => Math.Clamp(PieceNumbers / units / Tile.Columns * Tile.Columns, Tile.Columns, MostFeatures);

    /// <summary>Parts of each sum of y.</summary>
    public static int PartsOf(int features) => (features + Part - 1) / Part;

    /// <summary>The products of one part's features, for the rows from <paramref name="first"/>: sums (rows, M rounded up to whole blocks of columns), overwritten.</summary>
    public void Forward(FloatBuffer x, FloatBuffer w, int weightStart, int part, int first, int rows, FloatBuffer sums, int sumsStart)
    {
        float* y = sums.Pointer + sumsStart;
        int pitch = MatrixProduct.RoundColumns(M), whole = rows / Tile.Rows, start = part * Part, end = Math.Min(D, start + Part);
        for (int d = start; d < end; d += MatrixProduct.Chunk)
        {
            int K = Math.Min(MatrixProduct.Chunk, end - d);
            float* features = x.Pointer + (nint)first * D + d, weights = w.Pointer + weightStart + (nint)d * M;
            var blocks = new TileRows(features, D, 1);
            if (rows < PanelRows) MatrixProduct.Multiply(blocks, (nint)Tile.Rows * D, whole, weights, rowOffsets, K, M, y, pitch, d > start);
            else MultiplyPanels(blocks, whole, weights, K, y, d > start);
            int done = whole * Tile.Rows;
            MatrixProduct.MultiplyFew(features + (nint)done * D, D, rows - done, weights, M, K, M, y + done * pitch, pitch, d > start);
        }
    }

    /// <summary>dw for the features of a piece, from <paramref name="first"/> on: sums over the N rows in their order. It is there until the next call.</summary>
    public ReadOnlySpan<float> WeightGradient(FloatBuffer x, FloatBuffer dy, int N, int first)
    {
        int features = Math.Min(Features, D - first), blockPitch = MatrixProduct.Chunk * Tile.Rows, pitch = MatrixProduct.RoundColumns(M);
        for (int n = 0; n < N; n += MatrixProduct.Chunk)
        {
            int K = Math.Min(MatrixProduct.Chunk, N - n);
            MatrixProduct.PackColumns(x.Pointer + (nint)n * D + first, D, features, K, packed.Pointer, blockPitch);
            MatrixProduct.Multiply(
                TileRows.Packed(packed.Pointer), blockPitch, MatrixProduct.RowBlocks(features), dy.Pointer + (nint)n * M, rowOffsets, K, M, product.Pointer, pitch, n > 0);
        }

        for (int d = 1; d < features && pitch > M; d++) product.Slice(d * pitch, M).CopyTo(product.Slice(d * M, M));
        return product.Slice(0, features * M);
    }

    /// <summary>dx for the features of a piece, from <paramref name="first"/> on: sums over the M units in their order.</summary>
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
                TileRows.Packed(packedGradient.Pointer + m * Tile.Rows), M * Tile.Rows, MatrixProduct.RowBlocks(N), panel.Pointer, turnedOffsets, K, features, product.Pointer, Features, m > 0);
        }

        for (int n = 0; n < N; n++) product.Slice(n * Features, features).CopyTo(dx.Slice(n * D + first, features));
    }

    /// <summary>Packs dy (N, M) for <see cref="InputGradient"/>: blocks of 8 rows.</summary>
    public static void PackGradient(FloatBuffer dy, int N, int M, FloatBuffer packed) =>
        MatrixProduct.PackRows(dy.Pointer, M, N, M, packed.Pointer, M * Tile.Rows);

    // Two blocks of columns of w side by side, so that their reading is not scattered over all rows while the sums wait for it.
    private void MultiplyPanels(TileRows blocks, int count, float* weights, int K, float* y, bool accumulate)
    {
        for (int m = 0; m < M; m += 2 * Tile.Columns)
        {
            MatrixProduct.PackPanel(weights + m, M, K, panel.Pointer);
            MatrixProduct.Multiply(
                blocks, (nint)Tile.Rows * D, count, panel.Pointer, panelOffsets, K, Math.Min(2 * Tile.Columns, M - m), y + m, MatrixProduct.RoundColumns(M), accumulate);
        }
    }
}
