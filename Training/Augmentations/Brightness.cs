using System.ComponentModel.DataAnnotations;
using CnnService.Training.Kernels;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>Adds one number between -amount and amount to the whole image.</summary>
[SpecName("brightness")]
public sealed record Brightness : AugmentationSpec
{
    /// <summary>The largest change in standard deviations of the training pixels, above 0 to 2.</summary>
    [Range(0.0, 2.0, MinimumIsExclusive = true), Required]
    public double Amount { get; init; }

    internal override void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch) =>
        Elementwise.Apply(new LineOperation(1, (float)chance.Within(0, Amount)), image, image);
}
