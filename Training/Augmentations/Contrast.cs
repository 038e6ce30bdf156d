using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>Brings each number nearer to the image's mean, or further from it: mean + factor * (x - mean), the factor between 1 - amount and 1 + amount.</summary>
[SpecName("contrast")]
public sealed record Contrast : AugmentationSpec
{
    /// <summary>The largest change of the factor, above 0 to 1.</summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true), Required]
    public double Amount { get; init; }

    internal override void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch)
    {
        double factor = 1 + chance.Within(0, Amount), mean = Sums.Of(default(NumberTerm), image, image) / image.Length;
        Elementwise.Apply(new LineOperation((float)factor, (float)(mean * (1 - factor))), image, image);
    }
}
