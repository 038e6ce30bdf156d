namespace CnnService.Training.Datasets;

/// <summary>A reason why a network may learn less from a dataset, or seem to have learned more, than one would think.</summary>
/// <param name="Code">
/// <c>few-pictures</c>, <c>no-validation-picture</c>, <c>equal-pictures-in-classes</c>, <c>equal-pictures-in-parts</c>, <c>names-guessed</c>, or one
/// of a format's own: <c>folders-left-out</c>, <c>folders-without-pictures</c>, <c>classes-alike</c> and <c>parts-merged</c> of class folders.
/// </param>
/// <param name="Detail">For people: what was seen, where, and what follows.</param>
public sealed record DatasetWarning(string Code, string Detail)
{
    private const int FewPictures = 10, Named = 5;

    /// <summary>
    /// The warnings about a dataset, in a fixed order: training classes with fewer than 10 images, classes of 1 image, from which a run sets none aside
    /// for validation, equal images in two classes of the training part, and equal images in both parts.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="fileOf">The file of an image, by whether it is of the test part and by its index there; null to name indices.</param>
    public static IReadOnlyList<DatasetWarning> Of(Dataset dataset, Func<bool, int, string?>? fileOf = null)
    {
        int[] counts = new int[dataset.Labels.Count];
        foreach (int label in dataset.Train.Labels) counts[label]++;
        string NameOf(bool isTest, int index) => fileOf?.Invoke(isTest, index) ?? $"{(isTest ? "test" : "training")} picture {index}";
        DatasetWarning?[] warnings = [Few(dataset, counts), Unvalidated(dataset, counts), .. Equal(dataset, NameOf)];
        return [.. warnings.OfType<DatasetWarning>()];
    }

    private static DatasetWarning? Few(Dataset dataset, int[] counts)
    {
        int[] few = [.. Enumerable.Range(0, counts.Length).Where(label => counts[label] < FewPictures)];
        return few.Length == 0 ? null : new DatasetWarning(
            "few-pictures",
            $"{Classes(few)} fewer than {FewPictures} training pictures, from which little can be learned: "
                + $"{List(few, label => $"\"{dataset.Labels[label]}\" ({counts[label]})")}.");
    }

    private static DatasetWarning? Unvalidated(Dataset dataset, int[] counts)
    {
        int[] alone = [.. Enumerable.Range(0, counts.Length).Where(label => counts[label] < 2)];
        return alone.Length == 0 ? null : new DatasetWarning(
            "no-validation-picture",
            $"{Classes(alone)} no second training picture, and so no part in the validation accuracy: {List(alone, label => $"\"{dataset.Labels[label]}\"")}.");
    }

    private static IEnumerable<DatasetWarning?> Equal(Dataset dataset, Func<bool, int, string> nameOf)
    {
        EqualPictures equal = EqualPictures.Of(dataset);
        yield return equal.InClasses.Count == 0 ? null : new DatasetWarning(
            "equal-pictures-in-classes",
            $"{Copies(equal.InClasses.Count, "training")} of one in another class, which no network can tell apart: "
                + $"{List(equal.InClasses, pair => $"{Training(pair.First)} and {Training(pair.Second)}")}.");
        yield return equal.InParts.Count == 0 ? null : new DatasetWarning(
            "equal-pictures-in-parts",
            $"{Copies(equal.InParts.Count, "test")} of one in the training part, so that the test accuracy tells more than it should: "
                + $"{List(equal.InParts, pair => $"{nameOf(true, pair.Test)} is {nameOf(false, pair.Training)}")}.");

        string Training(int index) => $"{nameOf(false, index)} (\"{dataset.Labels[dataset.Train.Labels[index]]}\")";
    }

    private static string Copies(int count, string part) => count == 1 ? $"1 {part} picture is a copy" : $"{count} {part} pictures are copies";

    private static string Classes(int[] classes) => classes.Length == 1 ? "1 class has" : $"{classes.Length} classes have";

    // The first of them in words.
    private static string List<T>(IReadOnlyCollection<T> items, Func<T, string> words) =>
        string.Join(", ", items.Take(Named).Select(words)) + (items.Count > Named ? $" and {items.Count - Named} more" : "");
}
