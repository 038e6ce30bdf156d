using System.Numerics;
using CnnService.Training.Specs;

namespace CnnService.Training.Reference;

/// <summary>
/// Inverted dropout, Srivastava et al. (2014): <c>y = mask * x, mask = uniform &lt; keep ? 1 / keep : 0</c>, element by element, any shape.
/// The expectation of y is x, so testing leaves dropout out.
/// </summary>
internal static class Dropout
{
    /// <summary>The mask for random numbers in [0, 1).</summary>
    /// <param name="uniform">One number per element.</param>
    /// <param name="keep">The probability to keep an element, in (0, 1]; 1 keeps all.</param>
    public static Tensor4<T> Mask<T>(Tensor4<T> uniform, T keep)
        where T : IFloatingPointIeee754<T>
    {
        if (!(keep > T.Zero && keep <= T.One))
            throw new InvalidInputException("dropout", $"its keep probability {keep} must be above 0 and at most 1.");
        return uniform.Map(u => u < keep ? T.One / keep : T.Zero);
    }

    /// <summary>y as in the formula above. Backward needs the mask.</summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x, Tensor4<T> mask)
        where T : IFloatingPointIeee754<T> => x.Zip(mask, (value, factor) => value * factor);

    /// <summary>dx = mask * dout, where dout is the gradient of y.</summary>
    public static Tensor4<T> Backward<T>(Tensor4<T> dout, Tensor4<T> mask)
        where T : IFloatingPointIeee754<T> => Forward(dout, mask);
}
