using System.ComponentModel.DataAnnotations;

namespace CnnService.Training.Optimizers;

/// <summary>
/// Clipping by the norm of the whole gradient (Pascanu et al. 2013): where the root of the sum of all squares is above the norm, the gradient is made
/// shorter, to that length. The L2 term of the loss joins it afterwards.
/// </summary>
public sealed record GradientClipping
{
    /// <summary>The longest gradient, above 0 to 1,000,000.</summary>
    [Range(0.0, 1e6, MinimumIsExclusive = true), Required]
    public double Norm { get; init; }
}
