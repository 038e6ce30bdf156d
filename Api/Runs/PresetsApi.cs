using System.ComponentModel;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Training;
using CnnService.Training.Presets;
using CnnService.Training.Running;
using CnnService.Training.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>The recipes that are known to work.</summary>
internal static class PresetsApi
{
    // As CIFAR-10, which everyone compares with.
    private static readonly PresetInput Usual = new(new Shape(3, 32, 32), Classes: 10, TrainingImages: 40_000);

    /// <summary>Its route.</summary>
    public static void MapPresets(this IEndpointRouteBuilder app) => app.MapGroup("/api/presets").AnswersHead().WithTags("Runs").Refuses(503)
        .MapGet("", List).WithName("listPresets").WithSummary("Lists the recipes that a run can be made of, fitted to a dataset.").Refuses(404);

    private static async Task<Ok<PresetList>> List(
        ServiceDb db, CancellationToken cancel,
        [Description("The dataset that they are fitted to; left out, 40,000 colour pictures of 32x32 pixels in 10 classes.")] string? dataset = null)
    {
        PresetInput facts = Usual;
        if (dataset is not null)
        {
            DatasetRow row = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Name == dataset, cancel)
                ?? throw ProblemException.NotFound($"Dataset {dataset}");
            facts = RunChecks.FactsOf(row);
        }

        return TypedResults.Ok(new PresetList([.. Preset.All.Select(preset => PresetItem.Of(preset, facts))]));
    }
}

/// <summary>The recipes that are known to work, the quickest first.</summary>
/// <param name="Items">The presets.</param>
public sealed record PresetList(IReadOnlyList<PresetItem> Items);

/// <summary>A recipe that is known to work.</summary>
/// <param name="Name">The name that a run's <c>preset</c> takes.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="GoodFor">What it is good for.</param>
/// <param name="Spec">All that it fills in where a run's request leaves it out.</param>
/// <param name="Parameters">The number of parameters, running statistics included.</param>
/// <param name="FlopsPerImage">Floating-point operations of one prediction, by the plain formulas: a multiply-add counts 2.</param>
/// <param name="BytesPerImage">Bytes of one image and of all layers' outputs for it: at most what each image of a batch takes when predicting.</param>
public sealed record PresetItem(
    string Name, string Title, string GoodFor, TrainingSpec Spec, long Parameters, long FlopsPerImage, long BytesPerImage)
{
    /// <summary>A preset for a dataset.</summary>
    internal static PresetItem Of(Preset preset, PresetInput dataset)
    {
        TrainingSpec spec = preset.Fit(dataset);
        var network = new Network(spec.Model, dataset.Shape, dataset.Classes);
        return new PresetItem(
            preset.Name, preset.Title, preset.GoodFor, spec, network.ParameterCount, network.OperationsPerImage, network.BytesPerImage);
    }
}
