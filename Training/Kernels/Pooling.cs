namespace CnnService.Training.Kernels;

/// <summary>Max pooling of one channel, any window and stride; windows that do not fit are left out.</summary>
internal static class Pooling
{
    /// <summary>y[i, j] = the largest x of the window at (i, j) * stride; the first in row-major order wins a tie, NaN wins over numbers.</summary>
    /// <param name="x">One plane, (H, W).</param>
    /// <param name="size">The window and the sizes.</param>
    /// <param name="y">(OH, OW).</param>
    /// <param name="winners">Receives where in x each largest number is; empty if nobody asks.</param>
    public static void Forward(ReadOnlySpan<float> x, PoolingSize size, Span<float> y, Span<int> winners)
    {
        for (int i = 0; i < size.OutputHeight; i++)
        {
            for (int j = 0; j < size.OutputWidth; j++)
            {
                int winner = Winner(x, size, i * size.Stride, j * size.Stride);
                int output = i * size.OutputWidth + j;
                y[output] = x[winner];
                if (!winners.IsEmpty) winners[output] = winner;
            }
        }
    }

    /// <summary>Gives each dy to the number that won its window; overlapping windows add up.</summary>
    public static void Backward(ReadOnlySpan<float> dy, ReadOnlySpan<int> winners, Span<float> dx)
    {
        dx.Clear();
        for (int i = 0; i < dy.Length; i++) dx[winners[i]] += dy[i];
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
internal readonly record struct PoolingSize(int Width, int WindowHeight, int WindowWidth, int Stride, int OutputHeight, int OutputWidth);
