using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Layers;

/// <summary>A window given as <c>size</c>, or as <c>height</c> and <c>width</c>.</summary>
internal static class WindowSize
{
    /// <summary>Height and width; InvalidInputException if they are not given in exactly one of the two ways.</summary>
    public static (int Height, int Width) Of(string layer, int? size, int? height, int? width) => (size, height, width) switch
    {
        (int both, null, null) => (both, both),
        (null, int rows, int columns) => (rows, columns),
        _ => throw new InvalidInputException("size", $"{layer}: give either size, or height and width."),
    };

    /// <summary>The refusal of a window that does not fit its input.</summary>
    public static InvalidInputException DoesNotFit(string layer, Window window, Shape input, string remedy) =>
        new("size", $"{layer}: window {window.Height}x{window.Width} does not fit input {input}; {remedy}");
}
