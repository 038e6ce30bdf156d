using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>What a trainer reads: images as the numbers a network sees, each with its class index.</summary>
internal abstract class LabelledImages
{
    /// <summary>How many images there are.</summary>
    public abstract int Count { get; }

    /// <summary>(C, H, W) of every image.</summary>
    public abstract Shape Shape { get; }

    /// <summary>The class index of an image, from 0.</summary>
    public abstract int Label(int index);

    /// <summary>Writes the numbers of an image, (C, H, W), into <paramref name="destination"/>, which has exactly C·H·W places.</summary>
    public abstract void CopyTo(int index, Span<float> destination);
}

/// <summary>Chosen images of a set, normalised when they are read, so that the pixels stay bytes in memory.</summary>
/// <param name="images">The set.</param>
/// <param name="indices">Which images, in this order.</param>
/// <param name="normalization">How bytes become numbers.</param>
internal sealed class NormalizedImages(ImageSet images, int[] indices, Normalization normalization) : LabelledImages
{
    /// <inheritdoc/>
    public override int Count => indices.Length;

    /// <inheritdoc/>
    public override Shape Shape => images.Shape;

    /// <inheritdoc/>
    public override int Label(int index) => images.Labels[indices[index]];

    /// <inheritdoc/>
    public override void CopyTo(int index, Span<float> destination) => normalization.Apply(images[indices[index]], destination);
}

/// <summary>Images that are numbers already.</summary>
internal sealed class FloatImages : LabelledImages
{
    private readonly float[] numbers;
    private readonly int[] labels;

    /// <summary>Images in one array.</summary>
    /// <param name="shape">(C, H, W) of every image.</param>
    /// <param name="numbers">(N, C, H, W).</param>
    /// <param name="labels">(N).</param>
    /// <exception cref="ArgumentException">Not N·C·H·W numbers.</exception>
    public FloatImages(Shape shape, float[] numbers, int[] labels)
    {
        if (numbers.Length != (long)labels.Length * shape.Length)
            throw new ArgumentException($"{labels.Length} images of shape {shape} are not {numbers.Length} numbers.", nameof(numbers));
        (Shape, this.numbers, this.labels) = (shape, numbers, labels);
    }

    /// <inheritdoc/>
    public override int Count => labels.Length;

    /// <inheritdoc/>
    public override Shape Shape { get; }

    /// <inheritdoc/>
    public override int Label(int index) => labels[index];

    /// <inheritdoc/>
    public override void CopyTo(int index, Span<float> destination)
    {
        if (destination.Length != Shape.Length) throw new ArgumentException($"An image has {Shape.Length} numbers, not {destination.Length}.");
        numbers.AsSpan(index * Shape.Length, Shape.Length).CopyTo(destination);
    }
}
