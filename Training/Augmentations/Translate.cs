using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>
/// Moves images down and to the right by two numbers of pixels from -pixels to pixels, each drawn by itself. What comes in at an edge is the image mirrored
/// there, without the edge itself again: row -1 is row 1.
/// </summary>
[SpecName("translate")]
public sealed record Translate : AugmentationSpec
{
    /// <summary>The furthest way in pixels, 1 to 64, default 2 as in airbench94 (Jordan 2024).</summary>
    [Range(1, 64)]
    public int Pixels { get; init; } = 2;

    internal override void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch)
    {
        int down = chance.Whole(0, -Pixels, Pixels), right = chance.Whole(1, -Pixels, Pixels);
        if (down != 0 || right != 0) Move(shape, image, scratch, down, right);
    }

    /// <summary>Moves an image by pixels.</summary>
    internal static void Move(Shape shape, Span<float> image, Span<float> scratch, int down, int right)
    {
        image.CopyTo(scratch);
        for (int c = 0; c < shape.Channels; c++)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                ReadOnlySpan<float> from = scratch.Slice((c * shape.Height + Mirrored(y - down, shape.Height)) * shape.Width, shape.Width);
                Span<float> to = image.Slice((c * shape.Height + y) * shape.Width, shape.Width);
                for (int x = 0; x < shape.Width; x++) to[x] = from[Mirrored(x - right, shape.Width)];
            }
        }
    }

    /// <summary>The place in 0 to length - 1 that a place outside shows.</summary>
    internal static int Mirrored(int place, int length)
    {
        if (length == 1) return 0;
        int period = 2 * (length - 1), inPeriod = (place % period + period) % period;
        return inPeriod < length ? inPeriod : period - inPeriod;
    }
}
