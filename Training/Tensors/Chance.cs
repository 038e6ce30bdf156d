using System.Diagnostics;

namespace CnnService.Training.Tensors;

/// <summary>What random numbers are drawn for. Each purpose has its own numbers, so that drawing for one never changes another.</summary>
internal enum Purpose : ushort
{
    /// <summary>Initial weights; the stream is the parameter's index.</summary>
    Weights = 1,

    /// <summary>The split into training and validation images; the stream is the class.</summary>
    Split = 2,

    /// <summary>The order of the images in an epoch; the stream is the epoch.</summary>
    Shuffle = 3,

    /// <summary>Images drawn with replacement; the stream is the iteration.</summary>
    Replacement = 4,

    /// <summary>The images on which train accuracy is measured; the stream is the iteration.</summary>
    TrainAccuracy = 5,

    /// <summary>Dropout masks; the stream is the iteration and the layer.</summary>
    Dropout = 6,

    /// <summary>The built-in dataset; the stream is the image.</summary>
    Shapes = 7,

    /// <summary>Augmentations; the stream is the augmentation's place, the epoch and the image.</summary>
    Augmentation = 8,

    /// <summary>What an augmentation draws once for an image; the stream is the augmentation's place and the image.</summary>
    AugmentationOfImage = 9,
}

/// <summary>
/// Random numbers as a pure function of (seed, purpose, stream, index): there is no generator state that could be lost or shared.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Purpose">What the numbers are for.</param>
/// <param name="Stream">Which sequence of that purpose, below 2^48.</param>
internal readonly record struct Chance(ulong Seed, Purpose Purpose, ulong Stream)
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double Uniform(ulong index) => ToUnit(Block(index).Low);

    /// <summary>A number of the normal distribution with mean 0 and deviation 1, by the method of Box and Muller (1958).</summary>
    public double Normal(ulong index)
    {
        (ulong low, ulong high) = Block(index);
        double radius = Math.Sqrt(-2 * Elementary.Log(1 - ToUnit(low)));
        return radius * Elementary.CosineOfTurns(ToUnit(high));
    }

    /// <summary>A whole number in [0, <paramref name="bound"/>); the bias is below bound / 2^64.</summary>
    public int Below(int bound, ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(Block(index).Low, (ulong)bound, out _);
    }

    /// <summary>Fills with numbers in [0, 1), multiples of 2^-24: number i comes from word i % 4 of block (first + i) / 4.</summary>
    /// <param name="destination">Where the numbers go.</param>
    /// <param name="first">The index of the first number, a multiple of 4.</param>
    public void FillUniform(Span<float> destination, ulong first = 0)
    {
        const float twoToMinus24 = 1f / (1 << 24);
        ArgumentOutOfRangeException.ThrowIfNotEqual(first % 4, 0u, nameof(first));
        for (int i = 0; i < destination.Length; i += 4)
        {
            (ulong low, ulong high) = Block((first + (ulong)i) / 4);
            for (int word = 0; word < 4 && i + word < destination.Length; word++)
            {
                uint bits = (uint)((word < 2 ? low : high) >> (word % 2 * 32));
                destination[i + word] = (bits >> 8) * twoToMinus24;
            }
        }
    }

    /// <summary>Puts the items in a random order (Fisher and Yates; Durstenfeld 1964).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1, (ulong)i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private (ulong Low, ulong High) Block(ulong index)
    {
        Debug.Assert(Stream >> 48 == 0, "A larger stream would overwrite the purpose.");
        return Philox.Block(Seed, index, Stream | (ulong)Purpose << 48);
    }

    private static double ToUnit(ulong bits) => (bits >> 11) * TwoToMinus53;
}
