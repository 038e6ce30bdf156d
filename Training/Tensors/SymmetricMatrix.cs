namespace CnnService.Training.Tensors;

/// <summary>Eigenvalues and eigenvectors of real symmetric matrices.</summary>
internal static class SymmetricMatrix
{
    private const int MostSweeps = 60; // some ten are enough

    /// <summary>
    /// The eigenvalues in falling order, with unit eigenvectors whose largest component is positive, by Jacobi's method (Golub and Van Loan, "Matrix
    /// Computations", section 8.5): rotations in a fixed order, of sums, products, quotients and roots alone, so that every machine gets the same bits.
    /// </summary>
    /// <param name="matrix">(n, n), symmetric.</param>
    public static (double Value, double[] Vector)[] Eigen(double[,] matrix)
    {
        int n = matrix.GetLength(0);
        double[,] a = (double[,])matrix.Clone(), vectors = new double[n, n];
        for (int i = 0; i < n; i++) vectors[i, i] = 1;
        for (int sweep = 0; sweep < MostSweeps && !IsDiagonal(a); sweep++)
        {
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++) Rotate(a, vectors, p, q);
        }

        return [.. Enumerable.Range(0, n).OrderByDescending(i => a[i, i]).Select(i => (a[i, i], Pointed(Column(vectors, i))))];
    }

    // a = J^T a J and vectors = vectors J, with the rotation J that makes a[p, q] 0.
    private static void Rotate(double[,] a, double[,] vectors, int p, int q)
    {
        if (a[p, q] == 0) return;
        double tau = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        double t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + tau * tau));
        double c = 1 / Math.Sqrt(1 + t * t), s = t * c;
        for (int k = 0; k < a.GetLength(0); k++)
        {
            (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
            (vectors[k, p], vectors[k, q]) = (c * vectors[k, p] - s * vectors[k, q], s * vectors[k, p] + c * vectors[k, q]);
        }

        for (int k = 0; k < a.GetLength(0); k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
        a[p, q] = a[q, p] = 0;
    }

    private static bool IsDiagonal(double[,] a)
    {
        double on = 0, off = 0;
        for (int i = 0; i < a.GetLength(0); i++)
        {
            on += a[i, i] * a[i, i];
            for (int j = i + 1; j < a.GetLength(0); j++) off += a[i, j] * a[i, j];
        }

        return off <= 1e-30 * on;
    }

    private static double[] Column(double[,] matrix, int column) => [.. Enumerable.Range(0, matrix.GetLength(0)).Select(row => matrix[row, column])];

    private static double[] Pointed(double[] vector) => vector.MaxBy(Math.Abs) < 0 ? [.. vector.Select(component => -component)] : vector;
}
