using CnnService.Training.Reference;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Layers;

/// <summary>Normal numbers for tests, a function of the seed.</summary>
internal static class RandomTensors
{
    /// <summary>A vector.</summary>
    public static float[] Vector(int seed, int length)
    {
        var chance = new Chance((ulong)seed, Purpose.Weights, 0);
        return [.. Enumerable.Range(0, length).Select(i => (float)chance.Normal((ulong)i))];
    }

    /// <summary>Images, filters or rows.</summary>
    public static Tensor4<float> Tensor(int seed, int n, int c, int h, int w) => new(n, c, h, w, Vector(seed, n * c * h * w));

    /// <summary>
    /// Images, filters or rows of multiples of 1/8. Float holds sums of thousands of their products exactly, so that no ReLU and no largest
    /// number depends on rounding, and there are ties.
    /// </summary>
    public static Tensor4<float> Eighths(int seed, int n, int c, int h, int w) => Tensor(seed, n, c, h, w).Map(v => MathF.Round(8 * v) / 8);

    /// <summary>Numbers for a parameter of a layer, none of them as it begins.</summary>
    public static void Vary(ParameterKind kind, int seed, Span<float> values)
    {
        float[] normal = Vector(seed, values.Length);
        for (int i = 0; i < values.Length; i++)
            values[i] = kind is ParameterKind.Scale or ParameterKind.RunningVariance ? 0.5f + Math.Abs(normal[i]) : 0.3f * normal[i];
    }

    /// <summary>The same numbers in double.</summary>
    public static Tensor4<double> Widen(this Tensor4<float> x) => new(x.N, x.C, x.H, x.W, x.Data.Widen());

    /// <summary>The same numbers in double.</summary>
    public static double[] Widen(this float[] x) => [.. x.Select(value => (double)value)];
}
