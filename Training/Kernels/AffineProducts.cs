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

    /// <summary>Features that one piece of the backward pass covers: columns of x and dx.</summary>
    public const int Features = 128;

    private const int PartNumbers = 16 * 1024; // a part of dw with what belongs to it stays in a second-level cache
    private const int PanelRows = 32; // from so many rows on it pays to lay out a panel of w
    private readonly int D, M;
    private readonly int[] rowOffsets, turnedOffsets = MatrixProduct.RowOffsets(Features), panelOffsets = MatrixProduct.RowOffsets(2 * Tile.Columns);
    private readonly FloatBuffer packed, panel, product;

    /// <summary>Scratch for one worker.</summary>
    /// <param name="batch">N at most; 0 if there is no backward pass.</param>
    /// <param name="features">D.</param>
    /// <param name="units">M.</param>
    public AffineProducts(int batch, int features, int units)
    {
        (D, M) = (features, units);
        rowOffsets = MatrixProduct.RowOffsets(M);
        packed = new FloatBuffer(Features * batch);
        panel = new FloatBuffer(MatrixProduct.Chunk * Math.Max(2 * Tile.Columns, batch > 0 ? Features : 0));
        int blockColumns = MatrixProduct.RoundColumns(M);
        product = new FloatBuffer(batch > 0 ? Math.Max(RowsFor(M) * blockColumns, MatrixProduct.RowBlocks(batch) * Tile.Rows * Features) : 0);
    }

    /// <summary>Rows of dw that are computed and handed over together: 16 to 128, a divisor of <see cref="Features"/>.</summary>
    public static int RowsFor(int units)
    {
        int rows = Features;
        while (rows > Tile.Columns && rows * units > PartNumbers) rows /= 2;
        return rows;
    }

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

    /// <summary>Takes x for <see cref="WeightGradient"/>: the features of a piece, from <paramref name="first"/> on.</summary>
    public void Load(FloatBuffer x, int N, int first) =>
        MatrixProduct.PackColumns(x.Pointer + first, D, Math.Min(Features, D - first), N, packed.Pointer, N * Tile.Rows);

    /// <summary>Some rows of dw, counted from the first feature that was loaded: sums over the N rows of the batch in their order. They are there until the next call.</summary>
    public ReadOnlySpan<float> WeightGradient(FloatBuffer dy, int N, int row, int rows)
    {
        int pitch = MatrixProduct.RoundColumns(M), blockPitch = N * Tile.Rows;
        for (int n = 0; n < N; n += MatrixProduct.Chunk)
        {
            float* blocks = packed.Pointer + row / Tile.Rows * blockPitch + n * Tile.Rows;
            int K = Math.Min(MatrixProduct.Chunk, N - n);
            MatrixProduct.Multiply(
                TileRows.Packed(blocks), blockPitch, MatrixProduct.RowBlocks(rows), dy.Pointer + (nint)n * M, rowOffsets, K, M, product.Pointer, pitch, n > 0);
        }

        for (int d = 1; d < rows && pitch > M; d++) product.Slice(d * pitch, M).CopyTo(product.Slice(d * M, M));
        return product.Slice(0, rows * M);
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
