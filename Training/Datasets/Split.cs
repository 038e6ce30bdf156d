using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>Which images of the training part are learned from, and which only validate; both ascending, each image in one of them.</summary>
/// <param name="Training">Indices of the images to learn from, at least one.</param>
/// <param name="Validation">Indices of the images to validate with, at least one.</param>
internal sealed record Split(int[] Training, int[] Validation)
{
    /// <summary>The smallest and largest fraction that can be set aside.</summary>
    public const double SmallestFraction = 0.01, LargestFraction = 0.5;

    /// <summary>
    /// Sets aside the same fraction of each class: of n images the whole number nearest to n · fraction, of two equally near ones the smaller, so that
    /// every class keeps an image to learn from, and of two images or more at least one, so that every such class is validated. Which ones
    /// follows from (seed, class) alone.
    /// </summary>
    /// <param name="labels">The class index of each image of the training part, in [0, classCount).</param>
    /// <param name="classCount">How many classes there are.</param>
    /// <param name="fraction">Share to set aside, 0.01 to 0.5.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="InvalidInputException">A fraction out of its range, or one that leaves no image to validate with or none to learn from.</exception>
    public static Split Stratified(ReadOnlySpan<int> labels, int classCount, double fraction, ulong seed)
    {
        if (!(fraction >= SmallestFraction && fraction <= LargestFraction))
            throw Refused(FormattableString.Invariant($"{fraction} is not in {SmallestFraction} to {LargestFraction}."));

        var validates = new bool[labels.Length];
        for (int label = 0; label < classCount; label++)
        {
            int[] members = Members(labels, label);
            new Chance(seed, Purpose.Split, (ulong)label).Shuffle<int>(members);
            foreach (int index in members.AsSpan(0, Aside(members.Length, fraction))) validates[index] = true;
        }

        int[] all = [.. Enumerable.Range(0, labels.Length)];
        var split = new Split([.. all.Where(i => !validates[i])], [.. all.Where(i => validates[i])]);
        Check(split.Training.Length, split.Validation.Length, fraction);
        return split;
    }

    /// <summary>The images to learn from, by the number of images of each class.</summary>
    /// <exception cref="InvalidInputException">A fraction that leaves no image to validate with or none to learn from.</exception>
    public static int TrainingImages(IEnumerable<int> imagesPerClass, double fraction)
    {
        (int training, int validation) = (0, 0);
        foreach (int images in imagesPerClass)
        {
            int aside = Aside(images, fraction);
            (training, validation) = (training + images - aside, validation + aside);
        }

        Check(training, validation, fraction);
        return training;
    }

    private static int Aside(int images, double fraction) => Math.Max(images < 2 ? 0 : 1, (int)Math.Ceiling(images * fraction - 0.5));

    private static void Check(int training, int validation, double fraction)
    {
        if (training == 0 || validation == 0)
            throw Refused(FormattableString.Invariant(
                $"{fraction} of each class sets {validation} of {training + validation} images aside and leaves {training} to learn from; ")
                + "both need at least 1, so a class needs 2 images.");
    }

    private static int[] Members(ReadOnlySpan<int> labels, int label)
    {
        var members = new List<int>();
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] == label) members.Add(i);
        return [.. members];
    }

    private static InvalidInputException Refused(string reason) => new("validationFraction", reason);
}
