using CnnService.Training.Tensors;
using CsCheck;

namespace CnnService.Training.Tests.Tensors;

public sealed class SymmetricMatrixTests
{
    [Fact]
    public void Eigen_ByHand_IsInFallingOrderWithTheLargestComponentPositive()
    {
        // (1, 1) / sqrt(2) to 3 and (1, -1) / sqrt(2) to 1, beside a block of its own: 2.
        (double Value, double[] Vector)[] found = SymmetricMatrix.Eigen(new double[,] { { 2, 0, -1 }, { 0, 2, 0 }, { -1, 0, 2 } });

        double half = Math.Sqrt(0.5);
        Assert.Equal([3, 2, 1], found.Select(pair => Math.Round(pair.Value, 12)));
        Assert.Equal([half, 0, -half], Rounded(found[0].Vector), (a, b) => Math.Abs(a) - Math.Abs(b) is > -1e-12 and < 1e-12);
        Assert.Equal([0, 1, 0], Rounded(found[1].Vector));
        Assert.Equal([half, 0, half], Rounded(found[2].Vector), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Eigen_AnyMatrix_HoldsItsEquationWithUnitVectors() => Matrices.Sample(
        matrix =>
        {
            int n = matrix.GetLength(0);
            (double Value, double[] Vector)[] found = SymmetricMatrix.Eigen(matrix);

            Assert.Equal(found.Select(pair => pair.Value).OrderDescending(), found.Select(pair => pair.Value));
            foreach ((double value, double[] vector) in found)
            {
                Assert.True(vector.MaxBy(Math.Abs) > 0);
                for (int i = 0; i < n; i++) Assert.Equal(value * vector[i], Enumerable.Range(0, n).Sum(j => matrix[i, j] * vector[j]), 1e-12 * n);
            }

            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    Assert.Equal(i == j ? 1 : 0, found[i].Vector.Zip(found[j].Vector, (a, b) => a * b).Sum(), 1e-13 * n);
        },
        iter: 200);

    private static Gen<double[,]> Matrices =>
        from n in Gen.Int[1, 20]
        from numbers in Gen.Double[-1, 1].Array[n * n]
        select Symmetric(n, numbers);

    private static double[,] Symmetric(int n, double[] numbers)
    {
        double[,] matrix = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) matrix[i, j] = matrix[j, i] = numbers[i * n + j];
        return matrix;
    }

    private static double[] Rounded(double[] vector) => [.. vector.Select(component => Math.Round(component, 13) + 0.0)];
}
