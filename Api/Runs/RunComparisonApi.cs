using System.ComponentModel;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Runs;

/// <summary>Runs side by side: their results, and of their specs only what differs.</summary>
internal static class RunComparisonApi
{
    private const int MostRuns = 8;

    /// <summary>Its route below that of the runs.</summary>
    public static void MapRunComparison(this IEndpointRouteBuilder runs) =>
        runs.MapGet("/compare", Compare).WithName("compareRuns").WithSummary("Two to eight runs with their results, and the fields in which their specs differ.").Refuses(404);

    private static async Task<Ok<RunComparison>> Compare(
        ServiceDb db, RunTroubles troubles, [Description("The ids of 2 to 8 runs, with commas between them.")] string ids, CancellationToken cancel)
    {
        Guid[] wanted = [.. ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => Guid.TryParse(text, out Guid id) ? id : throw new ProblemException(400, $"ids has \"{text}\", which is no id.", "ids")).Distinct()];
        if (wanted.Length is < 2 or > MostRuns) throw new ProblemException(400, $"ids has {wanted.Length} different ids; give 2 to {MostRuns}.", "ids");
        List<RowWithPlace> rows = await db.Runs.AsNoTracking().Where(run => wanted.Contains(run.Id)).Select(Run.WithPlace(db)).ToListAsync(cancel);
        Run[] runs = [.. wanted.Select(id => troubles.Of(rows.Find(row => row.Row.Id == id) ?? throw ProblemException.NotFound($"Run {id}")))];
        return TypedResults.Ok(new RunComparison(runs, SpecDifference.Between([.. runs.Select(run => run.Spec)])));
    }
}

/// <summary>Runs side by side.</summary>
/// <param name="Runs">The runs in the order in which they were asked for.</param>
/// <param name="Differences">The fields of their specs that are not the same in all of them, but for the name.</param>
public sealed record RunComparison(IReadOnlyList<Run> Runs, IReadOnlyList<SpecDifference> Differences);

/// <summary>A field in which specs differ.</summary>
/// <param name="Field">Its path, such as <c>optimizer.learningRate</c> or <c>model.layers[3].size</c>.</param>
/// <param name="Values">What each of them has there, in their order; null where one has no such field.</param>
public sealed record SpecDifference(string Field, IReadOnlyList<JsonElement?> Values)
{
    private const string Name = "name"; // a run has its own

    /// <summary>The differences between specs, in the order of the fields.</summary>
    internal static IReadOnlyList<SpecDifference> Between(IReadOnlyList<RunSpec> specs)
    {
        Dictionary<string, JsonElement>[] fields = [.. specs.Select(spec => FieldsOf(JsonSerializer.SerializeToElement(spec, ApiJson.Options), "").ToDictionary())];
        return
        [
            .. fields.SelectMany(known => known.Keys).Distinct().Where(field => field != Name)
                .Select(field => new SpecDifference(field, [.. fields.Select(known => known.TryGetValue(field, out JsonElement value) ? value : (JsonElement?)null)]))
                .Where(difference => difference.Values.Select(value => value?.GetRawText()).Distinct().Count() > 1),
        ];
    }

    /// <summary>The fields of a spec in their order, each by its path.</summary>
    internal static IEnumerable<KeyValuePair<string, JsonElement>> FieldsOf(JsonElement json, string path) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => FieldsOf(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}")),
        JsonValueKind.Array => json.EnumerateArray().Index().SelectMany(item => FieldsOf(item.Item, $"{path}[{item.Index}]")),
        _ => [new(path, json)],
    };
}
