namespace CnnService.Training.Tensors;

/// <summary>How the weights of a convolution begin.</summary>
public enum Initialization
{
    /// <summary>Normal numbers of standard deviation sqrt(2 / inputs of an output) (He et al. 2015).</summary>
    He,

    /// <summary>
    /// Filter i shows channel i as it is, for as many filters as there are channels: 1 at the filter's centre in that channel, 0 elsewhere. The filters
    /// after them are uniform in +-1 / sqrt(inputs of an output), as in airbench94 (Jordan 2024).
    /// </summary>
    Identity,

    /// <summary>
    /// Of the first layer only: filters that make patches of the training images uncorrelated and of variance 1, as in airbench94 (Jordan 2024). For M, the
    /// mean of p * p^T over all patches p, with eigenvalues l and unit eigenvectors v, the filters are v / sqrt(l + 0.0005) in the order of falling l, then
    /// their negatives; those after them, and all where there are no images, begin as with he.
    /// </summary>
    Whitening,
}

/// <summary>The numbers that weights begin with.</summary>
internal static class InitialWeights
{
    /// <summary>Fills in the weights; those that take images begin as with he until images are there.</summary>
    /// <param name="values">Receives the weights.</param>
    /// <param name="weight">What they are.</param>
    /// <param name="chance">The random numbers of this parameter.</param>
    /// <param name="deviation">The standard deviation of those that begin as with he; null for sqrt(2 / inputs).</param>
    public static void Fill(Span<float> values, Parameter weight, Chance chance, double? deviation)
    {
        if (weight.Initialization == Initialization.Identity) FillIdentity(values, weight, chance);
        else FillNormal(values, chance, deviation ?? Math.Sqrt(2.0 / weight.FanIn));
    }

    private static void FillNormal(Span<float> values, Chance chance, double deviation)
    {
        for (int j = 0; j < values.Length; j++) values[j] = (float)(deviation * chance.Normal((ulong)j));
    }

    // values: (F, C, HH, WW).
    private static void FillIdentity(Span<float> values, Parameter weight, Chance chance)
    {
        int filters = weight.Shape[0], channels = weight.Shape[1], height = weight.Shape[2], width = weight.Shape[3], taps = height * width;
        double limit = 1 / Math.Sqrt(weight.FanIn);
        for (int j = 0; j < values.Length; j++) values[j] = (float)((2 * chance.Uniform((ulong)j) - 1) * limit);
        for (int f = 0; f < Math.Min(filters, channels); f++)
        {
            Span<float> filter = values.Slice(f * channels * taps, channels * taps);
            filter.Clear();
            filter[f * taps + height / 2 * width + width / 2] = 1;
        }
    }
}
