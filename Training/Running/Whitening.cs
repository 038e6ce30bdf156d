using CnnService.Training.Datasets;
using CnnService.Training.Kernels;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>Puts the filters of <see cref="Initialization.Whitening"/> in place, from the first training images.</summary>
internal static class Whitening
{
    private const double Epsilon = 5e-4;
    private const int MostImages = 5000;
    private const int MostPatches = 5_000_000; // of large images fewer are taken

    /// <summary>Changes the first weights of a network's parameters, if they begin so.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="images">The training images.</param>
    public static void Apply(Network network, FloatBuffer parameters, LabelledImages images)
    {
        if (network.Layout.Parameters.FirstOrDefault(p => p.Parameter.Initialization == Initialization.Whitening) is not { } weight) return;
        int[] shape = weight.Parameter.Shape;
        var patch = new Shape(shape[1], shape[2], shape[3]);
        Span<float> filters = weight.In(parameters);
        foreach ((int f, (double value, double[] vector)) in SymmetricMatrix.Eigen(Moments(images, patch)).Index())
        {
            double factor = 1 / Math.Sqrt(Math.Max(value, 0) + Epsilon);
            for (int k = 0; k < patch.Length; k++)
            {
                if (f < shape[0]) filters[f * patch.Length + k] = (float)(factor * vector[k]);
                if (f + patch.Length < shape[0]) filters[(f + patch.Length) * patch.Length + k] = (float)(-factor * vector[k]);
            }
        }
    }

    /// <summary>The mean of p * p^T over all patches p of the first images, (numbers of a patch, the same).</summary>
    private static double[,] Moments(LabelledImages images, Shape patch)
    {
        int rows = images.Shape.Height - patch.Height + 1, columns = images.Shape.Width - patch.Width + 1;
        int count = Math.Clamp(MostPatches / (rows * columns), 1, Math.Min(MostImages, images.Count));
        double[,] sums = new double[patch.Length, patch.Length];
        float[] image = new float[images.Shape.Length];
        for (int n = 0; n < count; n++)
        {
            images.CopyTo(n, image);
            for (int a = 0; a < patch.Length; a++)
                for (int b = a; b < patch.Length; b++)
                    for (int row = 0; row < rows; row++) sums[a, b] += Sums.Of(default(ProductTerm), Seen(a, row), Seen(b, row));
        }

        double patches = (double)count * rows * columns;
        for (int a = 0; a < patch.Length; a++)
            for (int b = a; b < patch.Length; b++) sums[a, b] = sums[b, a] = sums[a, b] / patches;
        return sums;

        // What a number of the patch sees as the patch moves along a row.
        ReadOnlySpan<float> Seen(int number, int row)
        {
            (int c, int k) = Math.DivRem(number, patch.PlaneLength);
            (int y, int x) = Math.DivRem(k, patch.Width);
            return image.AsSpan((c * images.Shape.Height + row + y) * images.Shape.Width + x, columns);
        }
    }
}
