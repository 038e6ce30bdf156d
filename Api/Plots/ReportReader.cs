using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Api.Models;
using CnnService.Api.Runs;
using CnnService.Training;

namespace CnnService.Api.Plots;

/// <summary>Collects what a report tells of a run.</summary>
internal sealed class ReportReader(
    PlotReader plots, BestParameters parameters, ModelCache models, ValidationResults results, DatasetStore datasets, Desk desk)
{
    /// <summary>The mistakes that are shown.</summary>
    public const int MostMistakes = 24, Columns = 6;

    /// <summary>What there is of a run; null if there is no such run.</summary>
    public async Task<ReportContent?> ReadAsync(Guid id, CancellationToken cancel)
    {
        if (await plots.ReadAsync(id, cancel) is not { } plotted) return null;
        string plot = await desk.DoAsync(() => PlotFile.ToSvg(new RunPlot([plotted])), cancel);
        Part<StoredParameters> stored = await Part.ReadAsync(async () => await parameters.FindAsync(id, cancel));
        Part<BestModel> best = await Part.ReadAsync(() => models.BestAsync(id, cancel));
        if (best.Value is not { } model) return new ReportContent(plotted.Run, plot, stored, new(null, best.Missing), new(null, best.Missing));

        Part<ValidatedPictures> validation = await Part.ReadAsync(() => ValidateAsync(plotted.Run, model, cancel));
        byte[]? filters = FirstFilters.Of(model.Model.Model) is FirstFilters first ? await desk.DoAsync(() => FilterSheet.ToPng(first), cancel) : null;
        string? none = filters is null ? "The run's first layer with weights is no convolution." : null;
        return new ReportContent(plotted.Run, plot, stored, validation, new(filters, none));
    }

    private async Task<ValidatedPictures> ValidateAsync(Run run, BestModel best, CancellationToken cancel)
    {
        ValidationResult result = await results.OfAsync(run.Id, best, run.Spec, run.DatasetSha256, cancel);
        ValidatedImage[] mistakes = [.. result.Mistakes(null, null)];
        ValidatedImage[] worst = [.. mistakes.Take(MostMistakes)];
        if (worst.Length == 0) return new ValidatedPictures(result, 0, [], null);
        int rows = (worst.Length + Columns - 1) / Columns;
        byte[] sheet = await datasets.ReadPartAsync(
            run.DatasetSha256, test: false, images => ContactSheet.ToPng(images, [.. worst.Select(image => image.Index)], Columns, rows), cancel);
        return new ValidatedPictures(result, mistakes.Length, worst, sheet);
    }
}

/// <summary>The content of a run's report.</summary>
/// <param name="Run">The run.</param>
/// <param name="Plot">Its curves, as SVG.</param>
/// <param name="Parameters">Its best parameters.</param>
/// <param name="Validation">What they make of the images that were held out.</param>
/// <param name="Filters">Their first filters, as PNG.</param>
internal sealed record ReportContent(Run Run, string Plot, Part<StoredParameters> Parameters, Part<ValidatedPictures> Validation, Part<byte[]> Filters);

/// <summary>The held-out images, with the worst mistakes in a picture.</summary>
/// <param name="Measured">All of them.</param>
/// <param name="MistakeCount">The number of all mistakes.</param>
/// <param name="Worst">The surest mistakes, the surest first.</param>
/// <param name="Sheet">Their images in rows of <see cref="ReportReader.Columns"/>, as PNG; null if there are none.</param>
internal sealed record ValidatedPictures(ValidationResult Measured, int MistakeCount, IReadOnlyList<ValidatedImage> Worst, byte[]? Sheet);

/// <summary>A part of a report that a run may not have.</summary>
/// <param name="Value">What it is made of; null if it is missing.</param>
/// <param name="Missing">Why it is missing, in a sentence.</param>
internal sealed record Part<T>(T? Value, string? Missing) where T : class;

/// <summary>Reads parts.</summary>
internal static class Part
{
    /// <summary>A part, or the sentence with which the service refuses it by itself: what is deleted or damaged leaves the rest of a report as it is.</summary>
    public static async Task<Part<T>> ReadAsync<T>(Func<Task<T>> read) where T : class
    {
        try
        {
            return new Part<T>(await read(), null);
        }
        catch (ProblemException e) when (e.Status == StatusCodes.Status409Conflict)
        {
            return new Part<T>(null, e.Message);
        }
        catch (DamagedContentException e)
        {
            return new Part<T>(null, e.Message);
        }
    }
}
