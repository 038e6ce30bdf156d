using System.Numerics;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Reference;

/// <summary>
/// The largest number under each position of a window, channel by channel, without padding:
/// <c>y[n,c,i,j] = max over p,q of x[n,c,i*s+p,j*s+q]</c>. x: (N, C, H, W), y: (N, C, H', W') with H' and W' of
/// <see cref="Window.Positions"/>. Windows may overlap or leave gaps. Among equal numbers the first in row-major order is the maximum, as
/// in libtorch; NaN counts as the largest of all, so that it stays visible.
/// </summary>
internal static class MaxPooling
{
    /// <summary>y as in the formula above. Backward needs x.</summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x, Window window)
        where T : IFloatingPointIeee754<T>
    {
        int N = x.N, C = x.C;
        (int height, int width) = Positions(x, window);
        var y = new Tensor4<T>(N, C, height, width);
        for (int n = 0; n < N; n++)
            for (int c = 0; c < C; c++)
                for (int i = 0; i < height; i++)
                    for (int j = 0; j < width; j++)
                    {
                        (int row, int column) = Maximum(x, n, c, window, i, j);
                        y[n, c, i, j] = x[n, c, row, column];
                    }

        return y;
    }

    /// <summary>
    /// dx, (N, C, H, W), from dout, the gradient of y: the whole of dout[n,c,i,j] goes to the maximum of its window, so the sum of dx is
    /// the sum of dout; a pixel that is the maximum of several windows adds their gradients.
    /// </summary>
    public static Tensor4<T> Backward<T>(Tensor4<T> dout, Tensor4<T> x, Window window)
        where T : IFloatingPointIeee754<T>
    {
        if (dout.N != x.N || dout.C != x.C || (dout.H, dout.W) != Positions(x, window))
            throw new ArgumentException($"The gradient ({dout.N}, {dout.C}, {dout.H}, {dout.W}) has not the output's shape.", nameof(dout));

        Tensor4<T> dx = x.Zeros();
        for (int n = 0; n < dout.N; n++)
            for (int c = 0; c < dout.C; c++)
                for (int i = 0; i < dout.H; i++)
                    for (int j = 0; j < dout.W; j++)
                    {
                        (int row, int column) = Maximum(x, n, c, window, i, j);
                        dx[n, c, row, column] += dout[n, c, i, j];
                    }

        return dx;
    }

    private static (int Row, int Column) Maximum<T>(Tensor4<T> x, int n, int c, Window window, int i, int j)
        where T : IFloatingPointIeee754<T>
    {
        int top = i * window.Stride, left = j * window.Stride;
        (int row, int column) = (top, left);
        for (int p = 0; p < window.Height; p++)
            for (int q = 0; q < window.Width; q++)
            {
                T value = x[n, c, top + p, left + q], largest = x[n, c, row, column];
                if (value > largest || (T.IsNaN(value) && !T.IsNaN(largest))) (row, column) = (top + p, left + q);
            }

        return (row, column);
    }

    private static (int Height, int Width) Positions<T>(Tensor4<T> x, Window window)
        where T : IFloatingPointIeee754<T> => window.Padding == 0
            ? window.Positions(x.H, x.W)
            : throw new InvalidInputException("max pooling", $"its padding is {window.Padding}, but pooling has none.");
}
