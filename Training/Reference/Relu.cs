using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>
/// Rectified linear unit, Nair and Hinton (2010): <c>y = x &lt;= 0 ? 0 : x</c>, element by element, any shape. NaN is not below 0, so it
/// stays visible.
/// </summary>
internal static class Relu
{
    /// <summary>y as in the formula above. Backward needs x.</summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x)
        where T : IFloatingPointIeee754<T> => x.Map(value => value <= T.Zero ? T.Zero : value);

    /// <summary>
    /// <c>dx = x &lt;= 0 ? 0 : dout</c>: 0 at x = 0, and the whole gradient where x is NaN. dout, the gradient of y, is only read.
    /// </summary>
    public static Tensor4<T> Backward<T>(Tensor4<T> dout, Tensor4<T> x)
        where T : IFloatingPointIeee754<T> => x.Zip(dout, (value, d) => value <= T.Zero ? T.Zero : d);
}
