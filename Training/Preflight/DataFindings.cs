using CnnService.Training.Datasets;
using CnnService.Training.Losses;
using CnnService.Training.Running;

namespace CnnService.Training.Preflight;

/// <summary>What looks wrong in a run's data.</summary>
public static class DataFindings
{
    private const int FewPictures = 10, Unbalanced = 10, MostExamples = 20;

    /// <summary>The findings, in the order of <see cref="Finding.Code"/>'s list.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="dataset">Its dataset.</param>
    public static IReadOnlyList<Finding> Of(TrainingSpec spec, Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(dataset);
        int[] counts = new int[dataset.Labels.Count];
        foreach (int label in dataset.Train.Labels) counts[label]++;
        EqualPictures equal = EqualPictures.Of(dataset);
        Finding?[] all =
        [
            Classes(dataset, counts, count => count < FewPictures, "few-pictures", $"fewer than {FewPictures} training pictures, from which little can be learned"),
            Classes(dataset, counts, count => count < 2, "no-validation-picture", "no second training picture, and so no part in the validation accuracy"),
            Imbalance(spec, dataset, counts),
            Pictures(Constant(dataset), Severity.Warning, "constant-pictures", "of one single colour, from which nothing can be learned"),
            Copies(Pairs(equal.InClass, "training"), Severity.Info, "equal-pictures", "the same class, which so counts more than others"),
            Copies(Pairs(equal.InClasses, "training"), Severity.Warning, "equal-pictures-in-classes", "another class, which no network can tell apart"),
            Copies(Pairs(equal.InParts, "test"), Severity.Warning, "equal-pictures-in-parts", "the training part, so that the test accuracy tells more than it should"),
        ];
        return [.. all.OfType<Finding>()];
    }

    private static Finding? Classes(Dataset dataset, int[] counts, Func<int, bool> isSeen, string code, string what)
    {
        int[] seen = [.. Enumerable.Range(0, counts.Length).Where(label => isSeen(counts[label]))];
        string classes = seen.Length == 1 ? "1 class has" : $"{seen.Length} classes have";
        return seen.Length == 0 ? null : new Finding(Severity.Warning, code, $"{classes} {what}.", [.. seen.Take(MostExamples).Select(label => Described(dataset, counts, label))]);
    }

    private static Finding? Imbalance(TrainingSpec spec, Dataset dataset, int[] counts)
    {
        int[] there = [.. Enumerable.Range(0, counts.Length).Where(label => counts[label] > 0)];
        int least = there.MinBy(label => counts[label]), most = there.MaxBy(label => counts[label]);
        if (counts[most] <= Unbalanced * counts[least]) return null;
        bool balanced = spec.Loss is SoftmaxCrossEntropy { ClassWeights: ClassWeights.Balanced };
        return new Finding(
            balanced ? Severity.Info : Severity.Warning,
            "imbalance",
            $"The largest class has over {Unbalanced} times as many training pictures as the smallest, "
                + (balanced ? "which the loss makes up for." : "which the network will favour; give loss.classWeights balanced, or more pictures of the small ones."),
            [Described(dataset, counts, most), Described(dataset, counts, least)]);
    }

    private static Finding? Copies(string[] seen, Severity severity, string code, string where) => seen.Length == 0 ? null : new Finding(
        severity, code, $"{(seen.Length == 1 ? "1 picture is a copy" : $"{seen.Length} pictures are copies")} of one in {where}.", [.. seen.Take(MostExamples)]);

    private static Finding? Pictures(string[] seen, Severity severity, string code, string what) => seen.Length == 0 ? null : new Finding(
        severity, code, $"{(seen.Length == 1 ? "1 picture is" : $"{seen.Length} pictures are")} {what}.", [.. seen.Take(MostExamples)]);

    private static string[] Constant(Dataset dataset) => [.. Constant(dataset.Train, "training"), .. Constant(dataset.Test, "test")];

    private static IEnumerable<string> Constant(ImageSet images, string part) =>
        Enumerable.Range(0, images.Count).Where(i => IsConstant(images, i)).Select(i => $"{part} {i}");

    // Each channel has a single value.
    private static bool IsConstant(ImageSet images, int index)
    {
        int plane = images.Shape.PlaneLength;
        for (int c = 0; c < images.Shape.Channels; c++)
        {
            ReadOnlySpan<byte> values = images[index].Slice(c * plane, plane);
            if (values.ContainsAnyExcept(values[0])) return false;
        }

        return true;
    }

    private static string[] Pairs(IReadOnlyList<(int First, int Second)> pairs, string part) => [.. pairs.Select(pair => $"{part} {pair.Second} = training {pair.First}")];

    private static string Described(Dataset dataset, int[] counts, int label) => $"{dataset.Labels[label]} ({counts[label]})";
}
