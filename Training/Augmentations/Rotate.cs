using System.ComponentModel.DataAnnotations;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>
/// Turns images about their middle by an angle between -degrees and degrees, with bilinear interpolation. What comes in at the corners continues the
/// image's edge.
/// </summary>
[SpecName("rotate")]
public sealed record Rotate : AugmentationSpec
{
    /// <summary>The largest angle in degrees, above 0 to 180.</summary>
    [Range(0.0, 180.0, MinimumIsExclusive = true), Required]
    public double Degrees { get; init; }

    internal override void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch)
    {
        double turns = chance.Within(0, Degrees / 360), cosine = Elementary.CosineOfTurns(turns), sine = Elementary.SineOfTurns(turns);
        double middleY = (shape.Height - 1) / 2.0, middleX = (shape.Width - 1) / 2.0;
        image.CopyTo(scratch);
        for (int y = 0; y < shape.Height; y++)
        {
            for (int x = 0; x < shape.Width; x++)
            {
                double fromY = Math.Clamp(middleY + cosine * (y - middleY) - sine * (x - middleX), 0, shape.Height - 1);
                double fromX = Math.Clamp(middleX + sine * (y - middleY) + cosine * (x - middleX), 0, shape.Width - 1);
                (int top, int left) = ((int)fromY, (int)fromX);
                (int bottom, int right) = (Math.Min(top + 1, shape.Height - 1), Math.Min(left + 1, shape.Width - 1));
                (float down, float across) = ((float)(fromY - top), (float)(fromX - left));
                for (int c = 0; c < shape.Channels; c++)
                {
                    ReadOnlySpan<float> plane = scratch.Slice(c * shape.PlaneLength, shape.PlaneLength);
                    float upper = Between(plane[top * shape.Width + left], plane[top * shape.Width + right], across);
                    float lower = Between(plane[bottom * shape.Width + left], plane[bottom * shape.Width + right], across);
                    image[c * shape.PlaneLength + y * shape.Width + x] = Between(upper, lower, down);
                }
            }
        }
    }

    private static float Between(float a, float b, float share) => MathF.FusedMultiplyAdd(share, b - a, a);
}
