using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>Matrix products from tiles: c (R, M) = a (R, K) . b (K, M), a taken in blocks of 8 rows.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Products that are added in one go: 256 rows of two column blocks are 32 KB, a first-level cache.</summary>
    public const int Chunk = 256;

    private const int Quad = 4;

    /// <summary>Rounds up to whole blocks of 16 columns.</summary>
    public static int RoundColumns(int columns) => (columns + Tile.Columns - 1) / Tile.Columns * Tile.Columns;

    /// <summary>Blocks of 8 rows that hold that many rows.</summary>
    public static int RowBlocks(int rows) => (rows + Tile.Rows - 1) / Tile.Rows;

    /// <summary>Where each row of a matrix begins, for a chunk of rows.</summary>
    public static int[] RowOffsets(int pitch) => [.. Enumerable.Range(0, Chunk).Select(row => row * pitch)];

    /// <summary>c = a . b, or c += a . b, for one chunk of K. c has whole blocks: 8 * rowBlocks rows, columns rounded up to its pitch.</summary>
    /// <param name="a">The first 8 rows.</param>
    /// <param name="aPitch">Numbers from one row block to the next.</param>
    /// <param name="rowBlocks">Blocks of 8 rows.</param>
    /// <param name="b">K rows; up to 15 numbers past each are read.</param>
    /// <param name="offsets">Where each row of b begins.</param>
    /// <param name="K">At most <see cref="Chunk"/>.</param>
    /// <param name="columns">M.</param>
    /// <param name="c">The product.</param>
    /// <param name="pitch">Numbers from one row of c to the next, a multiple of 16.</param>
    /// <param name="accumulate">Whether c is added to.</param>
    public static void Multiply(TileRows a, nint aPitch, int rowBlocks, float* b, int[] offsets, int K, int columns, float* c, int pitch, bool accumulate)
    {
        fixed (int* rows = offsets)
        {
            for (int j = 0; j < columns; j += 2 * Tile.Columns)
            {
                bool two = j + Tile.Columns < columns;
                for (int block = 0; block < rowBlocks; block++)
                {
                    float* output = c + block * Tile.Rows * pitch + j;
                    Tile.MultiplyAdd(new TileRows(a.First + block * aPitch, a.Row, a.Step), rows, K, b + j, two ? b + j + Tile.Columns : null, output, output + Tile.Columns, pitch, accumulate);
                }
            }
        }
    }

    /// <summary>Packs a panel of two column blocks: packed[k][j] = b[k * pitch + j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackPanel(float* b, int pitch, int K, float* packed)
    {
        for (int k = 0; k < K; k++, b += pitch, packed += 2 * Tile.Columns)
        {
            Vector512.Load(b).Store(packed);
            Vector512.Load(b + Tile.Columns).Store(packed + Tile.Columns);
        }
    }

    /// <summary>Packs rows: packed[block][k][i] = x[(8 * block + i) * pitch + k], 0 for rows that are not there.</summary>
    public static void PackRows(float* x, int pitch, int rows, int K, float* packed, int packedPitch)
    {
        for (int block = 0; block < RowBlocks(rows); block++)
        {
            float* to = packed + block * packedPitch;
            for (int i = 0; i < Tile.Rows; i++)
            {
                int row = block * Tile.Rows + i;
                float* from = x + (nint)row * pitch;
                if (row < rows) for (int k = 0; k < K; k++) to[k * Tile.Rows + i] = from[k];
                else for (int k = 0; k < K; k++) to[k * Tile.Rows + i] = 0;
            }
        }
    }

    /// <summary>c = x . b, or c += x . b, for fewer rows than a tile has; the bits are those of <see cref="Multiply"/>.</summary>
    /// <param name="x">The rows, K numbers each.</param>
    /// <param name="xPitch">Numbers from one row to the next.</param>
    /// <param name="rows">At most 7.</param>
    /// <param name="b">K rows.</param>
    /// <param name="bPitch">Numbers from one row of b to the next.</param>
    /// <param name="K">Products of a sum.</param>
    /// <param name="columns">M.</param>
    /// <param name="c">The product.</param>
    /// <param name="pitch">Numbers from one row of c to the next, a multiple of 16.</param>
    /// <param name="accumulate">Whether c is added to.</param>
    public static void MultiplyFew(float* x, nint xPitch, int rows, float* b, int bPitch, int K, int columns, float* c, int pitch, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated) MultiplyFew<Simd512, Vector512<float>>(x, xPitch, rows, b, bPitch, K, columns, c, pitch, accumulate);
        else if (Vector256.IsHardwareAccelerated) MultiplyFew<Simd256, Vector256<float>>(x, xPitch, rows, b, bPitch, K, columns, c, pitch, accumulate);
        else MultiplyFew<Simd128, Vector128<float>>(x, xPitch, rows, b, bPitch, K, columns, c, pitch, accumulate);
    }

    private static void MultiplyFew<TSimd, TVector>(float* x, nint xPitch, int rows, float* b, int bPitch, int K, int columns, float* c, int pitch, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (; rows > 1; rows -= Quad, x += Quad * xPitch, c += Quad * pitch)
            MultiplyQuad<TSimd, TVector>(x, xPitch, Math.Min(Quad, rows), b, bPitch, K, columns, c, pitch, accumulate);
        if (rows == 1) MultiplyRow<TSimd, TVector>(x, b, bPitch, K, columns, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyRow<TSimd, TVector>(float* x, float* b, int bPitch, int K, int columns, float* c, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes, last = (columns - 1) / lanes * lanes;
        for (int j = 0; j < columns; j += 4 * lanes)
        {
            // Four sums hide the latency; at the end, those that are not there repeat the last.
            nint j0 = j, j1 = Math.Min(j + lanes, last), j2 = Math.Min(j + 2 * lanes, last), j3 = Math.Min(j + 3 * lanes, last);
            TVector c0 = default, c1 = default, c2 = default, c3 = default;
            if (accumulate) (c0, c1, c2, c3) = (TSimd.Load(c + j0), TSimd.Load(c + j1), TSimd.Load(c + j2), TSimd.Load(c + j3));
            float* row = b;
            for (nint k = 0; k < K; k++, row += bPitch)
            {
                TVector a = TSimd.Broadcast(x[k]);
                c0 = TSimd.MultiplyAdd(a, TSimd.Load(row + j0), c0);
                c1 = TSimd.MultiplyAdd(a, TSimd.Load(row + j1), c1);
                c2 = TSimd.MultiplyAdd(a, TSimd.Load(row + j2), c2);
                c3 = TSimd.MultiplyAdd(a, TSimd.Load(row + j3), c3);
            }

            TSimd.Store(c0, c + j0);
            TSimd.Store(c1, c + j1);
            TSimd.Store(c2, c + j2);
            TSimd.Store(c3, c + j3);
        }
    }

    // Up to four rows, which share what is read of b; those that are not there repeat the last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyQuad<TSimd, TVector>(float* x, nint xPitch, int rows, float* b, int bPitch, int K, int columns, float* c, int pitch, bool accumulate)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes, last = (columns - 1) / lanes * lanes;
        nint i1 = Math.Min(1, rows - 1), i2 = Math.Min(2, rows - 1), i3 = rows - 1;
        float* x1 = x + i1 * xPitch, x2 = x + i2 * xPitch, x3 = x + i3 * xPitch;
        for (int j = 0; j < columns; j += 2 * lanes)
        {
            int next = Math.Min(j + lanes, last);
            float* y0 = c + j, y1 = y0 + i1 * pitch, y2 = y0 + i2 * pitch, y3 = y0 + i3 * pitch, row = b + j;
            nint right = next - j;
            TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
            if (accumulate)
            {
                (c00, c10, c20, c30) = (TSimd.Load(y0), TSimd.Load(y1), TSimd.Load(y2), TSimd.Load(y3));
                (c01, c11, c21, c31) = (TSimd.Load(y0 + right), TSimd.Load(y1 + right), TSimd.Load(y2 + right), TSimd.Load(y3 + right));
            }

            for (nint k = 0; k < K; k++, row += bPitch)
            {
                TVector b0 = TSimd.Load(row), b1 = TSimd.Load(row + right), a = TSimd.Broadcast(x[k]);
                (c00, c01) = (TSimd.MultiplyAdd(a, b0, c00), TSimd.MultiplyAdd(a, b1, c01));
                a = TSimd.Broadcast(x1[k]);
                (c10, c11) = (TSimd.MultiplyAdd(a, b0, c10), TSimd.MultiplyAdd(a, b1, c11));
                a = TSimd.Broadcast(x2[k]);
                (c20, c21) = (TSimd.MultiplyAdd(a, b0, c20), TSimd.MultiplyAdd(a, b1, c21));
                a = TSimd.Broadcast(x3[k]);
                (c30, c31) = (TSimd.MultiplyAdd(a, b0, c30), TSimd.MultiplyAdd(a, b1, c31));
            }

            TSimd.Store(c00, y0);
            TSimd.Store(c10, y1);
            TSimd.Store(c20, y2);
            TSimd.Store(c30, y3);
            TSimd.Store(c01, y0 + right);
            TSimd.Store(c11, y1 + right);
            TSimd.Store(c21, y2 + right);
            TSimd.Store(c31, y3 + right);
        }
    }

    /// <summary>Packs columns: packed[block][k][i] = x[k * pitch + 8 * block + i], 0 for columns that are not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackColumns(float* x, int pitch, int columns, int K, float* packed, int packedPitch)
    {
        for (int k = 0; k < K; k++)
        {
            float* from = x + (nint)k * pitch;
            for (int block = 0; block < RowBlocks(columns); block++)
            {
                int count = Math.Min(Tile.Rows, columns - block * Tile.Rows);
                if (count == Tile.Rows)
                {
                    Vector256.Load(from + block * Tile.Rows).Store(packed + block * packedPitch + k * Tile.Rows);
                    continue;
                }

                var to = new Span<float>(packed + block * packedPitch + k * Tile.Rows, Tile.Rows);
                new ReadOnlySpan<float>(from + block * Tile.Rows, count).CopyTo(to);
                to[count..].Clear();
            }
        }
    }

    /// <summary>Turns a matrix around: to[j * toPitch + i] = x[i * pitch + j] for rows x columns of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* x, int pitch, int rows, int columns, float* to, int toPitch)
    {
        const int side = 4;
        int wholeRows = rows / side * side, wholeColumns = columns / side * side;
        for (int i = 0; i < wholeRows; i += side)
            for (int j = 0; j < wholeColumns; j += side) TransposeSquare(x + (nint)i * pitch + j, pitch, to + (nint)j * toPitch + i, toPitch);
        for (int i = 0; i < rows; i++)
            for (int j = i < wholeRows ? wholeColumns : 0; j < columns; j++) to[(nint)j * toPitch + i] = x[(nint)i * pitch + j];
    }

    // 4x4 numbers in one vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeSquare(float* x, nint pitch, float* to, nint toPitch)
    {
        Vector256<float> upper = Vector256.Create(Vector128.Load(x), Vector128.Load(x + pitch)), lower = Vector256.Create(Vector128.Load(x + 2 * pitch), Vector128.Load(x + 3 * pitch));
        Vector512<float> turned = Vector512.Shuffle(Vector512.Create(upper, lower), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
        turned.GetLower().GetLower().Store(to);
        turned.GetLower().GetUpper().Store(to + toPitch);
        turned.GetUpper().GetLower().Store(to + 2 * toPitch);
        turned.GetUpper().GetUpper().Store(to + 3 * toPitch);
    }
}
