using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>Labelled images of one shape, as bytes. The pixels lie in as many blocks as their source had; they are never copied together.</summary>
public sealed class ImageSet
{
    private readonly ReadOnlyMemory<byte>[] images;
    private readonly int[] labels;

    /// <summary>A set of images. It keeps the given memory, which must not change afterwards.</summary>
    /// <param name="shape">(C, H, W) of every image.</param>
    /// <param name="images">The bytes of each image, C·H·W of them: channel by channel, each row by row.</param>
    /// <param name="labels">The class index of each image, from 0.</param>
    /// <exception cref="ArgumentException">Not one label per image, an image of another length, or a label below 0.</exception>
    public ImageSet(Shape shape, IEnumerable<ReadOnlyMemory<byte>> images, IEnumerable<int> labels)
    {
        Shape = shape;
        this.images = [.. images];
        this.labels = [.. labels];
        if (this.images.Length != this.labels.Length)
            throw new ArgumentException($"{this.images.Length} images have {this.labels.Length} labels.", nameof(labels));
        if (this.images.Any(image => image.Length != shape.Length))
            throw new ArgumentException($"Every image of shape {shape} has {shape.Length} bytes.", nameof(images));
        if (this.labels.Any(label => label < 0)) throw new ArgumentException("Labels count from 0.", nameof(labels));
    }

    /// <summary>(C, H, W) of every image.</summary>
    public Shape Shape { get; }

    /// <summary>How many images there are; 0 is possible for a test part.</summary>
    public int Count => images.Length;

    /// <summary>The class index of each image, from 0.</summary>
    public ReadOnlySpan<int> Labels => labels;

    /// <summary>The bytes of an image, (C, H, W), 0 to 255.</summary>
    /// <param name="index">Which image, from 0.</param>
    public ReadOnlySpan<byte> this[int index] => images[index].Span;

    /// <summary>The same bytes as memory.</summary>
    internal ReadOnlyMemory<byte> Memory(int index) => images[index];

    /// <summary>A set without images, for a dataset that has no test part.</summary>
    public static ImageSet Empty(Shape shape) => new(shape, [], []);
}
