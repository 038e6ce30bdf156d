using CnnService.Training.Specs;

namespace CnnService.Training.Tensors;

/// <summary>
/// A window that walks over an image surrounded by zeros, for convolution and pooling. Along each axis it takes
/// H' = floor((H + 2 * Padding - Height) / Stride) + 1 positions: rows and columns at the end that no full step reaches are not read.
/// </summary>
/// <param name="Height">HH, at least 1.</param>
/// <param name="Width">WW, at least 1.</param>
/// <param name="Stride">Pixels from one position to the next, in both directions, at least 1.</param>
/// <param name="Padding">Rows and columns of zeros on each of the four sides, 0 or more; pooling has none.</param>
internal readonly record struct Window(int Height, int Width, int Stride, int Padding = 0)
{
    /// <summary>Whether it has at least one position over an image of that size.</summary>
    public bool Fits(int height, int width) => Height <= height + 2 * Padding && Width <= width + 2 * Padding;

    /// <summary>
    /// (H', W') over an image of <paramref name="height"/> x <paramref name="width"/>; InvalidInputException when the window is larger than
    /// the padded image, where integer division would give a wrong 1.
    /// </summary>
    public (int Height, int Width) Positions(int height, int width)
    {
        if (Height < 1 || Width < 1) throw new InvalidInputException("window", $"its size {Height}x{Width} must be at least 1x1.");
        if (Stride < 1) throw new InvalidInputException("window", $"its stride {Stride} must be at least 1.");
        if (Padding < 0) throw new InvalidInputException("window", $"its padding {Padding} must be at least 0.");

        if (!Fits(height, width))
        {
            throw new InvalidInputException(
                "window",
                $"{Height}x{Width} does not fit the input of {height}x{width} with padding {Padding}; use a smaller window or more padding.");
        }

        return ((height + 2 * Padding - Height) / Stride + 1, (width + 2 * Padding - Width) / Stride + 1);
    }
}
