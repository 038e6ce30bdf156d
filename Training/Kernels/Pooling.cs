namespace CnnService.Training.Kernels;

/// <summary>Max and average pooling of one channel, any window and stride; windows that do not fit are left out.</summary>
internal static class Pooling
{
    /// <summary>y[i, j] = the largest x of the window at (i, j) * stride; the first in row-major order wins a tie, NaN wins over numbers.</summary>
    /// <param name="x">One plane, (H, W).</param>
    /// <param name="size">The window and the sizes.</param>
    /// <param name="y">(OH, OW).</param>
    /// <param name="argmax">Receives where in x each largest number is; empty if nobody asks.</param>
    public static void Forward(ReadOnlySpan<float> x, PoolingSize size, Span<float> y, Span<int> argmax)
    {
        int outputs = size.OutputHeight * size.OutputWidth;
        if (x.Length < size.LeastInput || y.Length != outputs || (!argmax.IsEmpty && argmax.Length != outputs))
            throw new ArgumentException($"{x.Length} numbers do not go into {y.Length} outputs and {argmax.Length} argmax of {size}.", nameof(x));
        for (int i = 0; i < size.OutputHeight; i++)
        {
            for (int j = 0; j < size.OutputWidth; j++)
            {
                int winner = Winner(x, size, i * size.Stride, j * size.Stride);
                int output = i * size.OutputWidth + j;
                y[output] = x[winner];
                if (!argmax.IsEmpty) argmax[output] = winner;
            }
        }
    }

    /// <summary>Gives each dy to the number that won its window; overlapping windows add up.</summary>
    public static void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<int> argmax, Span<float> dx)
    {
        if (argmax.Length != dy.Length) throw new ArgumentException($"{dy.Length} gradients do not go with {argmax.Length} argmax.", nameof(argmax));
        dx.Clear();
        for (int i = 0; i < dy.Length; i++) dx[argmax[i]] += dy[i];
    }

    /// <summary>y[i, j] = the mean of x over the window at (i, j) * stride, summed in double in row-major order.</summary>
    /// <param name="x">One plane, (H, W).</param>
    /// <param name="size">The window and the sizes.</param>
    /// <param name="y">(OH, OW).</param>
    public static void Average(ReadOnlySpan<float> x, PoolingSize size, Span<float> y)
    {
        if (x.Length < size.LeastInput || y.Length != size.OutputHeight * size.OutputWidth)
            throw new ArgumentException($"{x.Length} numbers do not go into {y.Length} outputs of {size}.", nameof(x));
        double part = 1.0 / (size.WindowHeight * size.WindowWidth);
        for (int i = 0; i < size.OutputHeight; i++)
        {
            for (int j = 0; j < size.OutputWidth; j++)
            {
                double sum = 0;
                for (int h = 0; h < size.WindowHeight; h++)
                    foreach (float value in x.Slice((i * size.Stride + h) * size.Width + j * size.Stride, size.WindowWidth)) sum += value;
                y[i * size.OutputWidth + j] = (float)(sum * part);
            }
        }
    }

    /// <summary>Gives each number of a window the same part of its dy; overlapping windows add up.</summary>
    public static void Spread(ReadOnlySpan<float> dy, PoolingSize size, Span<float> dx)
    {
        if (dx.Length < size.LeastInput || dy.Length != size.OutputHeight * size.OutputWidth)
            throw new ArgumentException($"{dy.Length} gradients do not go into {dx.Length} numbers of {size}.", nameof(dy));
        dx.Clear();
        double part = 1.0 / (size.WindowHeight * size.WindowWidth);
        for (int i = 0; i < size.OutputHeight; i++)
        {
            for (int j = 0; j < size.OutputWidth; j++)
            {
                float gradient = (float)(dy[i * size.OutputWidth + j] * part);
                for (int h = 0; h < size.WindowHeight; h++)
                    foreach (ref float value in dx.Slice((i * size.Stride + h) * size.Width + j * size.Stride, size.WindowWidth)) value += gradient;
            }
        }
    }

    private static int Winner(ReadOnlySpan<float> x, PoolingSize size, int top, int left)
    {
        int winner = top * size.Width + left;
        for (int h = top; h < top + size.WindowHeight; h++)
        {
            for (int w = left; w < left + size.WindowWidth; w++)
            {
                int at = h * size.Width + w;
                if (!(x[winner] >= x[at]) && !float.IsNaN(x[winner])) winner = at;
            }
        }

        return winner;
    }
}

/// <summary>The sizes of a pooling: input W, the window, its stride, and the output.</summary>
internal readonly record struct PoolingSize(int Width, int WindowHeight, int WindowWidth, int Stride, int OutputHeight, int OutputWidth)
{
    /// <summary>Numbers up to the last one that a window reads.</summary>
    public int LeastInput => ((OutputHeight - 1) * Stride + WindowHeight - 1) * Width + (OutputWidth - 1) * Stride + WindowWidth;
}
