using System.Globalization;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;

namespace CnnService.Api.Plots;

/// <summary>A run in one HTML file that needs nothing else: no script, no other file, and light or dark as the reader's system is.</summary>
/// <param name="content">What it tells.</param>
/// <param name="caller">How the service is called.</param>
internal sealed class Report(ReportContent content, ReportCaller caller)
{
    /// <summary>What the file may do, wherever it is opened: show itself.</summary>
    public const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

    private static readonly Html Style = new(ReadStyle());
    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };
    private readonly Run run = content.Run;

    /// <summary>The file.</summary>
    public string ToText() => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{PlotText.Clean(run.Name)} – report of a run</title>
        <style>{Style}</style>
        </head>
        <body>
        <header>
        <h1>{PlotText.Clean(run.Name)}</h1>
        <p>A training run on dataset <b>{run.Dataset}</b>{(run.Preset is null ? Html.None : Html.Of($", preset <b>{run.Preset}</b>"))}; it is {NameOf(run.State)}.</p>
        </header>
        {Section("Results", Results())}
        {Section("Curves", Html.Of($"<figure class=\"plot\">{new Html(content.Plot)}</figure>"))}
        {Section("Confusion", content.Validation.Value is { } validated ? ReportValidation.Confusion(validated.Measured.Count()) : Missing(content.Validation.Missing))}
        {Section("Mistakes", content.Validation.Value is { } pictures ? ReportValidation.Mistakes(pictures) : Missing(content.Validation.Missing))}
        {Section("First filters", content.Filters.Value is { } png ? Html.Of($"<img class=\"filters\" alt=\"The filters of the first convolution\" src=\"{Html.DataOf(png)}\">") : Missing(content.Filters.Missing))}
        {Section("Spec", Spec())}
        {Section("Hashes", Hashes())}
        {Section("How to call it", content.Parameters.Value is null ? Missing(content.Parameters.Missing) : Calls())}
        </body>
        </html>

        """).Text;

    private static Html Section(string heading, Html body) => Html.Of($"<section>\n<h2>{heading}</h2>\n{body}\n</section>");

    private static Html Missing(string? why) => Html.Of($"<p class=\"missing\">Left out: {why}</p>");

    private static Html Table(IEnumerable<(string Name, string? Value)> rows) => Html.Of(
        $"<table class=\"facts\">{rows.Where(row => row.Value is not null).Select(row => Html.Of($"<tr><th scope=\"row\">{row.Name}</th><td>{row.Value}</td></tr>\n"))}</table>");

    private Html Results() => Table(
    [
        ("Best validation accuracy", run.BestValidationAccuracy is { } best ? Invariant($"{best:0.00%} at iteration {run.BestIteration:N0}") : null),
        ("Test accuracy, with the best parameters", run.TestAccuracy is { } test ? Invariant($"{test:0.00%}") : null),
        ("Last validation accuracy", run.ValidationAccuracy is { } validation ? Invariant($"{validation:0.00%}") : null),
        ("Last training accuracy", run.TrainAccuracy is { } training ? Invariant($"{training:0.00%}") : null),
        ("Last loss", run.Loss is { } loss ? Invariant($"{loss:0.######}") : null),
        ("Validation images", run.ValidationImages is { } images ? Invariant($"{images:N0}") : null),
        ("Epochs", Invariant($"{run.Epoch:N0} of {run.Spec.Epochs:N0}{(run.StoppedEarly == true ? ", as nothing more was to be gained" : "")}")),
        ("Iterations", Invariant($"{run.Iteration:N0} of {run.TotalIterations:N0}")),
        ("Failure", run.Failure?.Message),
        ("Created", TimeOf(run.CreatedAt)),
        ("Started", TimeOf(run.StartedAt)),
        ("Ended", TimeOf(run.EndedAt)),
    ]);

    private Html Spec() => Html.Of($"""
        {Table(SpecDifference.FieldsOf(JsonSerializer.SerializeToElement(run.Spec, ApiJson.Options), "").Select(field => (field.Key, TextOf(field.Value))))}
        <h3>As JSON, for POST {caller.Address}/api/runs</h3>
        <pre>{JsonSerializer.Serialize(run.Spec, Indented)}</pre>
        """);

    private Html Hashes() => Table(
    [
        ("Run", $"{run.Id}"),
        ("Dataset (SHA-256)", run.DatasetSha256),
        ("Best parameters (SHA-256)", content.Parameters.Value?.Sha256),
        ("Best parameters, from iteration", content.Parameters.Value is { } stored ? Invariant($"{stored.Iteration:N0}") : null),
    ]);

    private Html Calls()
    {
        string key = caller.NeedsKey ? "-H \"X-Api-Key: YOUR-KEY\" " : "", address = $"{caller.Address}/api/runs/{run.Id}";
        return Html.Of($"""
            <p>The classes of a picture, the three likeliest:</p>
            <pre>curl {key}-H "Content-Type: image/png" --data-binary "@picture.png" "{address}/predict?topK=3"</pre>
            <p>The parameters as safetensors:</p>
            <pre>curl {key}-o model.safetensors "{address}/parameters"</pre>
            """);
    }

    private static string ReadStyle()
    {
        using var reader = new StreamReader(typeof(Report).Assembly.GetManifestResourceStream($"{typeof(Report).Namespace}.Report.css")!);
        return reader.ReadToEnd();
    }

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    private static string NameOf(RunState state) => state.ToString().ToLowerInvariant();

    private static string? TimeOf(DateTime? time) => time is { } known && known != default ? Invariant($"{known:yyyy-MM-dd HH:mm:ss} UTC") : null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How a reader of a report calls the service.</summary>
/// <param name="Address">The address under which it was asked, without a slash at the end.</param>
/// <param name="NeedsKey">Whether it wants a key.</param>
internal sealed record ReportCaller(string Address, bool NeedsKey);
