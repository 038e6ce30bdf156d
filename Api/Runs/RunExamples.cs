using System.Linq.Expressions;
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
    private static readonly Guid Nobody = new("01234567-89ab-7cde-8f01-23456789abcd");

    /// <inheritdoc/>
    public void Fill(OpenApiDocument document)
    {
        if (security.Value.ApiKey.Length > 0) // the document needs no key, and would tell ids
        {
            document.SetExample("id", _ => $"{Nobody}");
            return;
        }

        using ServiceDb db = databases.CreateDbContext();
        IQueryable<RunRow> newest = db.Runs.OrderByDescending(run => run.Order);
        document.SetExample("id", operation => $"{Suiting(operation.OperationId) ?? newest.Select(run => (Guid?)run.Id).FirstOrDefault() ?? Nobody}");

        Guid? Suiting(string? operation) => newest.Where(Suits(db, operation)).Select(run => (Guid?)run.Id).FirstOrDefault();
    }

    private static Expression<Func<RunRow, bool>> Suits(ServiceDb db, string? operation) => operation switch
    {
        "pauseRun" or "resumeRun" or "cancelRun" => run => run.State == RunState.Queued || run.State == RunState.Running || run.State == RunState.Paused,
        "deleteRun" => run => run.State == RunState.Completed || run.State == RunState.Failed || run.State == RunState.Cancelled,
        "predict" or "getParameters" => run => db.Parameters.Any(row => row.Run == run.Order),
        "getConfusion" => run => db.Parameters.Any(row => row.Run == run.Order) && db.Datasets.Any(row => row.Sha256 == run.DatasetSha256),
        "getFilters" => run => db.Parameters.Any(row => row.Run == run.Order) && run.Spec.Contains("three-layer-conv-net"),
        _ => run => true,
    };
}
