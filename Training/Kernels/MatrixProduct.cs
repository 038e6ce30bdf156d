using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CnnService.Training.Kernels;

/// <summary>Matrix products from tiles: c (R, M) = a (R, K) . b (K, M), a taken in blocks of 8 rows.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Products that are added in one go: 256 rows of two column blocks are 32 KB, a first-level cache.</summary>
    public const int Chunk = 256;

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

    /// <summary>c = x . b, or c += x . b, for one row x of K numbers; the bits are those of <see cref="Multiply"/>.</summary>
    public static void MultiplyRow(float* x, float* b, int bPitch, int K, int columns, float* c, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated) MultiplyRow<Simd512, Vector512<float>>(x, b, bPitch, K, columns, c, accumulate);
        else if (Vector256.IsHardwareAccelerated) MultiplyRow<Simd256, Vector256<float>>(x, b, bPitch, K, columns, c, accumulate);
        else MultiplyRow<Simd128, Vector128<float>>(x, b, bPitch, K, columns, c, accumulate);
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

    /// <summary>Packs columns: packed[block][k][i] = x[k * pitch + 8 * block + i], 0 for columns that are not there.</summary>
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
