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

    /// <summary>The same numbers in double.</summary>
    public static Tensor4<double> Widen(this Tensor4<float> x) => new(x.N, x.C, x.H, x.W, x.Data.Widen());

    /// <summary>The same numbers in double.</summary>
    public static double[] Widen(this float[] x) => [.. x.Select(value => (double)value)];
}
