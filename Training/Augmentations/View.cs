using System.Text.Json.Serialization;
using CnnService.Training.Tensors;

namespace CnnService.Training.Augmentations;

/// <summary>What an image is seen as when it is predicted: the mean of the scores of all views is its scores.</summary>
public enum TestTimeAugmentation
{
    /// <summary>The image as it is.</summary>
    None,

    /// <summary>The image and its mirror image, left to right.</summary>
    Mirror,

    /// <summary>
    /// Six views, as in airbench94 (Jordan 2024): the image and its mirror image, each with a weight of 1/4, and the image moved by one pixel up and to the
    /// left, and down and to the right, each with its mirror image, each of these four with a weight of 1/8. What comes in at an edge is as in the
    /// augmentation <c>translate</c>.
    /// </summary>
    [JsonStringEnumMemberName("mirror-translate")]
    MirrorTranslate,
}

/// <summary>One view of an image.</summary>
/// <param name="Weight">Its weight in the mean: a power of two, so that products with it are exact.</param>
/// <param name="Shift">Pixels that the image is moved down and to the right.</param>
/// <param name="IsMirrored">Whether it is then mirrored.</param>
internal readonly record struct View(float Weight, int Shift, bool IsMirrored)
{
    /// <summary>The image as it is.</summary>
    public static View AsItIs { get; } = new(1, 0, false);

    /// <summary>The views, in the order of their sum.</summary>
    public static View[] Of(TestTimeAugmentation augmentation) => augmentation switch
    {
        TestTimeAugmentation.Mirror => [new(1 / 2f, 0, false), new(1 / 2f, 0, true)],
        TestTimeAugmentation.MirrorTranslate =>
        [
            new(1 / 4f, 0, false), new(1 / 4f, 0, true), new(1 / 8f, -1, false), new(1 / 8f, -1, true), new(1 / 8f, 1, false), new(1 / 8f, 1, true),
        ],
        _ => [AsItIs],
    };

    /// <summary>Makes the view of an image.</summary>
    /// <param name="shape">(C, H, W).</param>
    /// <param name="image">The image's numbers, read and written.</param>
    /// <param name="scratch">As many numbers to use in between.</param>
    public void Apply(Shape shape, Span<float> image, Span<float> scratch)
    {
        if (Shift != 0) Translate.Move(shape, image, scratch, Shift, Shift);
        if (IsMirrored) Flip.Mirror(shape, image);
    }

    /// <summary>Adds the scores of this view to the sum of the views before it; the first one begins the sum.</summary>
    public void AddTo(Span<float> sum, ReadOnlySpan<float> scores, bool isFirst)
    {
        for (int i = 0; i < sum.Length; i++) sum[i] = isFirst ? Weight * scores[i] : sum[i] + Weight * scores[i];
    }
}
