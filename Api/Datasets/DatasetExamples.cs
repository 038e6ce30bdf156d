using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Training.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace CnnService.Api.Datasets;

/// <summary>The datasets that stand in the document as examples: the built-in one, and to delete one that no run needs.</summary>
internal sealed class DatasetExamples(IDbContextFactory<ServiceDb> databases, IOptions<SecurityOptions> security) : IExamples
{
    /// <inheritdoc/>
    public void Fill(OpenApiDocument document)
    {
        string? free = security.Value.ApiKey.Length == 0 ? NewestFree() : null; // the document needs no key, and would tell names
        document.SetExample("name", operation => (operation.OperationId == "deleteDataset" ? free : null) ?? ShapesDataset.Name);
        document.SetExample("index", _ => 0);
    }

    private string? NewestFree()
    {
        try
        {
            using ServiceDb db = databases.CreateDbContext();
            return db.Datasets.OrderByDescending(row => row.CreatedAt).Select(row => row.Name)
                .FirstOrDefault(name => !db.Runs.Where(DatasetStore.HasNotEnded).Any(run => run.Dataset == name));
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            return null; // the page is served all the same
        }
    }
}
