using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>
/// A change of training images that leaves their class as it is, another one each time an image is seen; what is measured is never changed. It works on
/// normalised numbers, so 0 is the mean of the training pixels and 1 their standard deviation. One file per augmentation.
/// </summary>
public abstract record AugmentationSpec
{
    /// <summary>Changes an image.</summary>
    /// <param name="chance">The random numbers of this time.</param>
    /// <param name="shape">(C, H, W).</param>
    /// <param name="image">The image's numbers, read and written.</param>
    /// <param name="scratch">As many numbers to use in between.</param>
    internal abstract void Apply(in SightingChance chance, Shape shape, Span<float> image, Span<float> scratch);
}

/// <summary>The random numbers of one augmentation for one image in one epoch: a function of (seed, place in the list, image, epoch), and of nothing else.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Place">The augmentation's place in its list, below 64.</param>
/// <param name="Image">The image's index in the training part, below 2^24.</param>
/// <param name="Epoch">Epochs before this one, below 2^14.</param>
internal readonly record struct SightingChance(ulong Seed, int Place, int Image, int Epoch)
{
    /// <summary>A number in [0, 1), another one in each epoch.</summary>
    public double Uniform(int index) => Of(Purpose.Augmentation, Epoch).Uniform((ulong)index);

    /// <summary>A whole number from <paramref name="lowest"/> to <paramref name="highest"/>, another one in each epoch.</summary>
    public int Whole(int index, int lowest, int highest) => lowest + Of(Purpose.Augmentation, Epoch).Below(highest - lowest + 1, (ulong)index);

    /// <summary>A number in [-limit, limit), another one in each epoch.</summary>
    public double Within(int index, double limit) => (2 * Uniform(index) - 1) * limit;

    /// <summary>A number in [0, 1) that the image has in every epoch.</summary>
    public double UniformOfImage(int index) => Of(Purpose.AugmentationOfImage, 0).Uniform((ulong)index);

    private Chance Of(Purpose purpose, int epoch) => new(Seed, purpose, (ulong)Place << 38 | (ulong)epoch << 24 | (uint)Image);
}
