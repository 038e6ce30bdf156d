using System.Numerics;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Reference;

/// <summary>
/// Convolution as in LeCun et al. (1998): cross-correlation, the filter is not flipped, with the same stride and zero padding in both
/// directions. <c>y[n,f,i,j] = b[f] + sum over c,p,q of x[n,c,i*s+p-pad,j*s+q-pad] * w[f,c,p,q]</c>, where x is 0 outside the image.
/// x: (N, C, H, W), w: (F, C, HH, WW), b: (F), y: (N, F, H', W') with H' and W' of <see cref="Window.Positions"/>.
/// </summary>
internal static class Convolution
{
    /// <summary>The window that filters (F, C, HH, WW) make with this stride and padding.</summary>
    public static Window Over<T>(Tensor4<T> w, int stride, int padding)
        where T : IFloatingPointIeee754<T> => new(w.H, w.W, stride, padding);

    /// <summary>y as in the formula above. Backward needs x and w.</summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x, Tensor4<T> w, T[] b, Window window)
        where T : IFloatingPointIeee754<T>
    {
        Check(x, w, b.Length, window);
        int N = x.N, C = x.C, F = w.N, HH = w.H, WW = w.W;
        (int height, int width) = window.Positions(x.H, x.W);
        var y = new Tensor4<T>(N, F, height, width);
        for (int n = 0; n < N; n++)
            for (int f = 0; f < F; f++)
                for (int i = 0; i < height; i++)
                    for (int j = 0; j < width; j++)
                    {
                        T sum = b[f];
                        for (int c = 0; c < C; c++)
                            for (int p = 0; p < HH; p++)
                                for (int q = 0; q < WW; q++)
                                {
                                    int row = i * window.Stride + p - window.Padding, column = j * window.Stride + q - window.Padding;
                                    if (Inside(x, row, column)) sum += x[n, c, row, column] * w[f, c, p, q];
                                }

                        y[n, f, i, j] = sum;
                    }

        return y;
    }

    /// <summary>
    /// From dout, the gradient of y: <c>dw[f,c,p,q] = sum over n,i,j of x[n,c,i*s+p-pad,j*s+q-pad] * dout[n,f,i,j]</c>, db[f] = the sum of
    /// dout over n,i,j, and dx gathers <c>w[f,c,p,q] * dout[n,f,i,j]</c> at every pixel that y[n,f,i,j] read. Shapes: those of x, w and b.
    /// </summary>
    public static ConvolutionGradients<T> Backward<T>(Tensor4<T> dout, Tensor4<T> x, Tensor4<T> w, Window window)
        where T : IFloatingPointIeee754<T>
    {
        Check(x, w, w.N, window);
        if (dout.N != x.N || dout.C != w.N || (dout.H, dout.W) != window.Positions(x.H, x.W))
            throw new ArgumentException($"The gradient ({dout.N}, {dout.C}, {dout.H}, {dout.W}) has not the output's shape.", nameof(dout));

        int N = x.N, C = x.C, F = w.N, HH = w.H, WW = w.W;
        Tensor4<T> dx = x.Zeros(), dw = w.Zeros();
        var db = new T[F];
        for (int n = 0; n < N; n++)
            for (int f = 0; f < F; f++)
                for (int i = 0; i < dout.H; i++)
                    for (int j = 0; j < dout.W; j++)
                    {
                        T d = dout[n, f, i, j];
                        db[f] += d;
                        for (int c = 0; c < C; c++)
                            for (int p = 0; p < HH; p++)
                                for (int q = 0; q < WW; q++)
                                {
                                    int row = i * window.Stride + p - window.Padding, column = j * window.Stride + q - window.Padding;
                                    if (!Inside(x, row, column)) continue;
                                    dw[f, c, p, q] += x[n, c, row, column] * d;
                                    dx[n, c, row, column] += w[f, c, p, q] * d;
                                }
                    }

        return new(dx, dw, db);
    }

    private static bool Inside<T>(Tensor4<T> x, int row, int column)
        where T : IFloatingPointIeee754<T> => row >= 0 && row < x.H && column >= 0 && column < x.W;

    private static void Check<T>(Tensor4<T> x, Tensor4<T> w, int biases, Window window)
        where T : IFloatingPointIeee754<T>
    {
        if (x.C != w.C) throw new InvalidInputException("convolution", $"its filters read {w.C} channels, but the input has {x.C}.");
        if (biases != w.N) throw new InvalidInputException("convolution", $"it has {biases} biases for {w.N} filters.");
        if ((window.Height, window.Width) != (w.H, w.W))
            throw new InvalidInputException("convolution", $"its window {window.Height}x{window.Width} is not its filters' {w.H}x{w.W}.");
    }
}

/// <summary>Gradients of a convolution's input (N, C, H, W), filters (F, C, HH, WW) and biases (F).</summary>
internal readonly record struct ConvolutionGradients<T>(Tensor4<T> Dx, Tensor4<T> Dw, T[] Db)
    where T : IFloatingPointIeee754<T>;
