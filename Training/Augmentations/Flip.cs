using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>When an image is mirrored.</summary>
public enum FlipMode
{
    /// <summary>Each time anew with a chance of one half.</summary>
    Random,

    /// <summary>In every other epoch, half of the images in the even ones and half in the odd ones (Jordan 2024): two epochs show both sides of each.</summary>
    Alternating,
}

/// <summary>Mirrors images, left to right. Not for what has a left and a right, such as digits.</summary>
[SpecName("flip")]
public sealed record Flip : AugmentationSpec
{
    /// <summary>When an image is mirrored, default random.</summary>
    public FlipMode Mode { get; init; }

    internal override void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch)
    {
        bool mirrored = Mode == FlipMode.Random ? chance.Uniform(0) < 0.5 : chance.UniformOfImage(0) < 0.5 == (chance.Epoch % 2 == 0);
        if (mirrored) Mirror(shape, image);
    }

    /// <summary>Mirrors an image, left to right.</summary>
    internal static void Mirror(Shape shape, Span<float> image)
    {
        for (int row = 0; row < shape.Channels * shape.Height; row++) image.Slice(row * shape.Width, shape.Width).Reverse();
    }
}
