using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>Where a sliding window fits: the floor rule, for convolution and pooling alike.</summary>
internal static class Windows
{
    /// <summary>
    /// The number of places for a window: floor((extent + 2 * padding - window) / stride) + 1. Rows or columns that do not fill a window are
    /// left out. A window larger than the padded input is refused, with the remedy.
    /// </summary>
    public static int Places(int extent, int window, int stride, int padding)
    {
        int free = extent + 2 * padding - window;
        return free < 0 ? 0 : free / stride + 1;
    }

    /// <summary>Refuses a window that does not fit its input.</summary>
    public static InvalidInputException DoesNotFit(string layer, int height, int width, Shape input, string remedy) =>
        new("size", $"{layer}: window {height}x{width} does not fit input {input}; {remedy}");
}
