using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Models;

/// <summary>Which images of its validation part a run's best parameters get wrong.</summary>
internal static class ValidationApi
{
    /// <summary>The routes below that of a run.</summary>
    public static void MapValidation(this IEndpointRouteBuilder models)
    {
        models.MapGet("/confusion", GetConfusion).WithName("getConfusion")
            .WithSummary("Which classes are taken for which, on the validation part with the best parameters.");
        models.MapGet("/mistakes", ListMistakes).WithName("listMistakes")
            .WithSummary("The validation images that the best parameters take for another class, the surest first.");
    }

    private static async Task<Ok<Confusion>> GetConfusion(
        [Description(RunsApi.IdWords)] Guid id, ServiceDb db, ModelCache models, ValidationResults results, CancellationToken cancel) =>
        TypedResults.Ok((await FindAsync(id, db, models, results, cancel)).Count());

    private static async Task<Ok<Page<Mistake>>> ListMistakes(
        [Description(RunsApi.IdWords)] Guid id, ServiceDb db, ModelCache models, ValidationResults results, CancellationToken cancel,
        [Description("The class that the images are of; left out, any.")] string? @true = null,
        [Description("The class that they are taken for; left out, any.")] string? predicted = null,
        [Description("The next of the page before.")] int after = 0, [Description("The most items of a page.")][Range(1, 1000)] int limit = 100)
    {
        if (limit is < 1 or > 1000) throw new ProblemException(400, $"limit is {limit}; give a number from 1 to 1000.", "limit");
        if (after < 0) throw new ProblemException(400, $"after is {after}; give the next of a page.", "after");
        ValidationResult result = await FindAsync(id, db, models, results, cancel);
        ValidatedImage[] found = [.. result.Mistakes(IndexOf(@true, "true"), IndexOf(predicted, "predicted")).Skip(after).Take(limit + 1)];
        Mistake[] items = [.. found.Take(limit).Select(image => new Mistake(image.Index, "train", result.Labels[image.Label], result.Labels[image.Predicted], image.Probability))];
        return TypedResults.Ok(new Page<Mistake>(items, found.Length > limit ? (after + limit).ToString(CultureInfo.InvariantCulture) : null));

        int? IndexOf(string? label, string field)
        {
            if (label is null) return null;
            int index = result.Labels.Index().Where(known => known.Item == label).Select(known => known.Index).FirstOrDefault(-1);
            return index >= 0 ? index : throw new ProblemException(400, $"{field} is \"{label}\", which is no class of the run.", field);
        }
    }

    private static async Task<ValidationResult> FindAsync(Guid id, ServiceDb db, ModelCache models, ValidationResults results, CancellationToken cancel)
    {
        BestModel best = await models.BestAsync(id, cancel);
        var run = await db.Runs.AsNoTracking().Where(run => run.Id == id).Select(run => new { run.Spec, run.DatasetSha256 }).SingleOrDefaultAsync(cancel)
            ?? throw ProblemException.NotFound($"Run {id}");
        RunSpec spec = JsonSerializer.Deserialize<RunSpec>(run.Spec, ApiJson.Options)!;
        return await results.OfAsync(id, best, spec, run.DatasetSha256, cancel);
    }
}

/// <summary>An image that is taken for another class than it is of.</summary>
/// <param name="Index">Its place in its part of the dataset, from 0.</param>
/// <param name="Part">The part, train: what a run validates with, it holds out of that.</param>
/// <param name="Label">The class that it is of.</param>
/// <param name="Predicted">The class that it is taken for.</param>
/// <param name="Probability">The probability that the model gives that class, 0 to 1.</param>
public sealed record Mistake(int Index, string Part, string Label, string Predicted, float Probability);
