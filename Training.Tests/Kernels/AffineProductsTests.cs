using CnnService.Training.Kernels;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;

namespace CnnService.Training.Tests.Kernels;

/// <summary>The products of an affine layer at the edges of their blocks: 8 rows, 32 rows, 16 columns, 16 to 128 rows of dw, 128 features and 256 products.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class AffineProductsTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 7, 15, 15 }, { 8, 16, 16 }, { 9, 17, 17 }, { 16, 31, 31 }, { 17, 32, 32 }, { 33, 33, 33 }, { 3, 127, 2 }, { 3, 128, 2 },
        { 3, 129, 2 }, { 2, 3, 127 }, { 2, 3, 255 }, { 2, 3, 256 }, { 2, 3, 257 }, { 2, 257, 3 }, { 2, 513, 3 }, { 255, 3, 2 }, { 257, 2, 3 },
        { 128, 5, 3 }, { 129, 5, 3 }, { 300, 130, 3 }, { 13, 1025, 70 }, { 7, 2300, 33 }, { 31, 40, 500 }, { 32, 70, 257 }, { 40, 20, 1100 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_AnySize_MatchPlainLoops(int N, int D, int M)
    {
        const int margin = 3;
        FloatBuffer x = Random(1, N * D), dy = Random(2, N * M), w = Random(3, margin + D * M);
        var products = new AffineProducts(N, D, M);
        float[] dw = new float[D * M];
        FloatBuffer dx = new(N * D), packed = new((N + Tile.Rows) * M);

        int pitch = MatrixProduct.RoundColumns(M), parts = AffineProducts.PartsOf(D);
        var y = new FloatBuffer(parts * N * pitch);
        for (int part = 0; part < parts; part++) products.Forward(x, w, margin, part, first: 0, N, y, part * N * pitch);
        for (int n = 0; n < N; n++)
            for (int m = 0; m < M; m++)
                Near(Sum(D, d => x.Span[n * D + d] * (double)w.Span[margin + d * M + m]), (float)Sum(parts, part => y.Span[(part * N + n) * pitch + m]), D);

        AffineProducts.PackGradient(dy, N, M, packed);
        int rows = AffineProducts.RowsFor(M);
        for (int first = 0; first < D; first += AffineProducts.Features)
        {
            products.InputGradient(packed, w, margin, N, first, dx);
            products.Load(x, N, first);
            for (int d = first; d < Math.Min(first + AffineProducts.Features, D); d += rows)
                products.WeightGradient(dy, N, d - first, Math.Min(rows, D - d)).CopyTo(dw.AsSpan(d * M));
        }

        for (int d = 0; d < D; d++)
            for (int m = 0; m < M; m++) Near(Sum(N, n => x.Span[n * D + d] * (double)dy.Span[n * M + m]), dw[d * M + m], N);
        for (int n = 0; n < N; n++)
            for (int d = 0; d < D; d++) Near(Sum(M, m => dy.Span[n * M + m] * (double)w.Span[margin + d * M + m]), dx.Span[n * D + d], M);
    }

    [Fact]
    public void Forward_NaNInOneRow_StaysInThatRow()
    {
        FloatBuffer x = Random(1, 9 * 5), w = Random(2, 5 * 3);
        x.Span[4 * 5 + 2] = float.NaN;
        var products = new AffineProducts(9, 5, 3);

        var y = new FloatBuffer(9 * 16);
        products.Forward(x, w, weightStart: 0, part: 0, first: 0, rows: 9, y, 0);

        for (int n = 0; n < 9; n++)
            for (int m = 0; m < 3; m++) Assert.Equal(n == 4, float.IsNaN(y.Span[n * 16 + m]));
    }

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);

    private static void Near(double expected, float actual, int terms) => Assert.Equal(expected, actual, 1e-6 * (10 + terms));

    private static FloatBuffer Random(int seed, int length)
    {
        var buffer = new FloatBuffer(length);
        RandomTensors.Vector(seed, length).CopyTo(buffer.Span);
        return buffer;
    }
}
