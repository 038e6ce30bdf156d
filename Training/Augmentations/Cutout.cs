using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>
/// Covers a square with the mean of the training pixels (DeVries and Taylor 2017). Its middle is anywhere in the image, so that a part of it may lie
/// outside.
/// </summary>
[SpecName("cutout")]
public sealed record Cutout : AugmentationSpec
{
    /// <summary>The side of the square in pixels, 1 to 128.</summary>
    [Range(1, 128), Required]
    public int Size { get; init; }

    internal override void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch)
    {
        (int top, int bottom) = Covered(chance.Whole(0, 0, shape.Height - 1), shape.Height);
        (int left, int right) = Covered(chance.Whole(1, 0, shape.Width - 1), shape.Width);
        for (int c = 0; c < shape.Channels; c++)
            for (int y = top; y < bottom; y++) image[((c * shape.Height + y) * shape.Width + left)..((c * shape.Height + y) * shape.Width + right)].Clear();
    }

    private (int First, int End) Covered(int middle, int length) => (Math.Max(0, middle - Size / 2), Math.Min(length, middle - Size / 2 + Size));
}
