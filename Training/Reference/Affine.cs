using System.Numerics;
using CnnService.Training.Specs;

namespace CnnService.Training.Reference;

/// <summary>
/// The fully connected layer: <c>y[n,m] = b[m] + sum over d of x[n,d] * w[d,m]</c>. x: (N, D), w: (D, M), b: (M), y: (N, M).
/// Images (N, C, H, W) count as rows with D = C * H * W in that order.
/// </summary>
internal static class Affine
{
    /// <summary>y as in the formula above. Backward needs x and w.</summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x, Tensor4<T> w, T[] b)
        where T : IFloatingPointIeee754<T>
    {
        int N = x.N, D = x.D, M = w.D;
        if (w.N != D) throw new InvalidInputException("affine", $"its weights read {w.N} features, but the input has {D}.");
        if (b.Length != M) throw new InvalidInputException("affine", $"it has {b.Length} biases for {M} outputs.");

        var y = new Tensor4<T>(N, M, 1, 1);
        for (int n = 0; n < N; n++)
            for (int m = 0; m < M; m++)
            {
                T sum = T.Zero;
                for (int d = 0; d < D; d++) sum += x[n, d] * w[d, m];
                y[n, m] = b[m] + sum;
            }

        return y;
    }

    /// <summary>
    /// From dout, the gradient of y: <c>dx[n,d] = sum over m of dout[n,m] * w[d,m]</c>, <c>dw[d,m] = sum over n of x[n,d] * dout[n,m]</c>,
    /// <c>db[m] = sum over n of dout[n,m]</c>. Shapes: those of x (images stay images), w and b.
    /// </summary>
    public static AffineGradients<T> Backward<T>(Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w)
        where T : IFloatingPointIeee754<T>
    {
        int N = x.N, D = x.D, M = w.D;
        if (dout.N != N || dout.D != M)
            throw new ArgumentException($"The gradient ({dout.N}, {dout.D}) has not the output's shape ({N}, {M}).", nameof(dout));

        Tensor4<T> dx = x.Zeros(), dw = w.Zeros();
        var db = new T[M];
        for (int n = 0; n < N; n++)
            for (int m = 0; m < M; m++)
            {
                db[m] += dout[n, m];
                for (int d = 0; d < D; d++)
                {
                    dx[n, d] += dout[n, m] * w[d, m];
                    dw[d, m] += x[n, d] * dout[n, m];
                }
            }

        return new(dx, dw, db);
    }
}

/// <summary>Gradients of an affine layer's input (N, D), weights (D, M) and biases (M).</summary>
internal readonly record struct AffineGradients<T>(Tensor4<T> Dx, Tensor4<T> Dw, T[] Db)
    where T : IFloatingPointIeee754<T>;
