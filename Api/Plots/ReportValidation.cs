using CnnService.Api.Models;

namespace CnnService.Api.Plots;

/// <summary>The parts of a report that tell what is taken for what.</summary>
internal static class ReportValidation
{
    private const int MostClasses = 20, MostPairs = 20;

    /// <summary>A table of the counts; of more classes than fit into one, the pairs that are confused most often.</summary>
    public static Html Confusion(Confusion confusion) => confusion.Labels.Count <= MostClasses ? Matrix(confusion) : Pairs(confusion);

    /// <summary>The surest mistakes: their images, the class that each is of, and the one that it was taken for.</summary>
    public static Html Mistakes(ValidatedPictures pictures)
    {
        (ValidationResult result, IReadOnlyList<ValidatedImage> worst) = (pictures.Measured, pictures.Worst);
        if (pictures.Sheet is not { } sheet) return Html.Of($"<p>None: all {result.Images.Count:N0} validation images are recognised.</p>");
        return Html.Of($"""
            <p>{pictures.MistakeCount:N0} of {result.Images.Count:N0} validation images are taken for another class; these are the surest {worst.Count:N0}.</p>
            <div class="mistakes" style="--sheet:url({Html.DataOf(sheet)})">
            {worst.Select((image, place) => Mistake(image, place, worst.Count, result.Labels))}</div>
            """);
    }

    private static Html Matrix(Confusion confusion) => Html.Of($"""
        <p>Rows are what the validation images show, columns what they are taken for.</p>
        <div class="wide"><table class="confusion">
        <tr><td></td>{confusion.Labels.Select(label => Html.Of($"<th scope=\"col\"><span>{label}</span></th>"))}</tr>
        {confusion.Labels.Select((label, row) => Html.Of($"<tr><th scope=\"row\">{label}</th>{confusion.Counts[row].Select((_, column) => Cell(confusion.Counts[row], row, column))}</tr>\n"))}</table></div>
        """);

    private static Html Cell(int[] row, int label, int predicted)
    {
        int count = row[predicted];
        if (count == 0) return Html.Of($"<td class=\"none\">0</td>");
        return Html.Of($"<td class=\"{(label == predicted ? "hit" : "miss")}\" style=\"--share:{(double)count / row.Sum():0.###}\">{count:N0}</td>");
    }

    private static Html Pairs(Confusion confusion)
    {
        var pairs = confusion.Counts.SelectMany((row, label) => row.Select((count, predicted) => (Count: count, Label: label, Predicted: predicted)))
            .Where(pair => pair.Label != pair.Predicted && pair.Count > 0).OrderByDescending(pair => pair.Count).Take(MostPairs);
        return Html.Of($"""
            <p>Of {confusion.Labels.Count:N0} classes, those that are confused most often:</p>
            <table class="facts"><tr><th scope="col">shows</th><th scope="col">taken for</th><th scope="col">images</th></tr>
            {pairs.Select(pair => Html.Of($"<tr><td>{confusion.Labels[pair.Label]}</td><td>{confusion.Labels[pair.Predicted]}</td><td>{pair.Count:N0}</td></tr>\n"))}</table>
            """);
    }

    // The sheet is one background that is moved; shares of the space that is left, so that it fits images of all sizes.
    private static Html Mistake(ValidatedImage image, int place, int count, IReadOnlyList<string> labels)
    {
        const int columns = ReportReader.Columns;
        int rows = (count + columns - 1) / columns;
        double x = 100.0 * (place % columns) / (columns - 1), y = rows == 1 ? 0 : 100.0 * (place / columns) / (rows - 1);
        (string label, string predicted) = (labels[image.Label], labels[image.Predicted]);
        return Html.Of($"""
            <figure><div class="mistake" role="img" aria-label="{label} that is taken for {predicted}" style="background-size:{columns * 100}% {rows * 100}%;background-position:{x:0.###}% {y:0.###}%"></div>
            <figcaption><b>{label}</b> → {predicted}<br><small>{image.Probability:0.0%}, image {image.Index}</small></figcaption></figure>

            """);
    }
}
