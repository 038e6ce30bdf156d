using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace CnnService.Api.Runs;

/// <summary>The runs that stand in the document as examples: the newest for which the operation can work, or the newest of all.</summary>
internal sealed class RunExamples(IDbContextFactory<ServiceDb> databases, IOptions<SecurityOptions> security) : IExamples
{
    private const int RunsLookedAt = 100;
    private static readonly Guid NoRun = new("01234567-89ab-7cde-8f01-23456789abcd");

    /// <inheritdoc/>
    public void Fill(OpenApiDocument document)
    {
        Candidate[] newest = security.Value.ApiKey.Length == 0 ? Newest() : []; // the document needs no key, and would tell ids
        document.SetExample(
            "ids", _ => string.Join(',', newest.Select(run => run.Id).Append(NoRun).Append(Guid.Empty).Take(2)));
        document.SetExample(
            "id", operation => $"{(newest.FirstOrDefault(run => Suits(run, operation.OperationId)) ?? newest.FirstOrDefault())?.Id ?? NoRun}");
    }

    private Candidate[] Newest()
    {
        try
        {
            using ServiceDb db = databases.CreateDbContext();
            return [.. db.Runs.OrderByDescending(run => run.Order).Take(RunsLookedAt).Select(run => new Candidate(
                run.Id,
                run.State,
                db.Parameters.Any(row => row.Run == run.Order && row.Which == WhichParameters.Best),
                db.Datasets.Any(row => row.Sha256 == run.DatasetSha256),
                run.Spec.Contains("three-layer-conv-net")))];
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            return []; // the page is served all the same
        }
    }

    private static bool Suits(Candidate run, string? operation) => operation switch
    {
        "pauseRun" or "resumeRun" or "cancelRun" => run.State is RunState.Queued or RunState.Running or RunState.Paused,
        "deleteRun" => run.State is RunState.Completed or RunState.Failed or RunState.Cancelled,
        "predict" or "getParameters" => run.HasParameters,
        "getConfusion" or "listMistakes" => run.HasParameters && run.HasDataset,
        "getFilters" => run.HasParameters && run.HasFilters,
        _ => true,
    };

    private sealed record Candidate(Guid Id, RunState State, bool HasParameters, bool HasDataset, bool HasFilters);
}
