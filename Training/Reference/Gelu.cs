using System.Numerics;

namespace CnnService.Training.Reference;

/// <summary>
/// Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016, section 2):
/// <c>y = 0.5 * x * (1 + tanh(u)), u = sqrt(2 / pi) * (x + 0.044715 * x^3)</c>. Any shape.
/// </summary>
internal static class Gelu
{
    /// <summary>y as in the formula above. Backward needs x.</summary>
    public static Tensor4<T> Forward<T>(Tensor4<T> x)
        where T : IFloatingPointIeee754<T> => x.Map(value => Half<T>() * value * (T.One + T.Tanh(Inner(value))));

    /// <summary><c>dx = dout * (0.5 * (1 + tanh(u)) + 0.5 * x * (1 - tanh(u)^2) * du/dx)</c>. Shape: that of x.</summary>
    public static Tensor4<T> Backward<T>(Tensor4<T> dout, Tensor4<T> x)
        where T : IFloatingPointIeee754<T> => dout.Zip(x, (gradient, value) =>
        {
            T tanh = T.Tanh(Inner(value));
            return gradient * Half<T>() * (T.One + tanh + value * (T.One - tanh * tanh) * InnerSlope(value));
        });

    private static T Inner<T>(T x)
        where T : IFloatingPointIeee754<T> => T.Sqrt(T.CreateChecked(2) / T.Pi) * (x + T.CreateChecked(0.044715) * x * x * x);

    private static T InnerSlope<T>(T x)
        where T : IFloatingPointIeee754<T> => T.Sqrt(T.CreateChecked(2) / T.Pi) * (T.One + T.CreateChecked(3 * 0.044715) * x * x);

    private static T Half<T>()
        where T : IFloatingPointIeee754<T> => T.CreateChecked(0.5);
}
