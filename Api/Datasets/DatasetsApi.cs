using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training.Datasets;
using CnnService.Training.Specs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Datasets;

/// <summary>Named sets of labelled images: /api/datasets.</summary>
public static class DatasetsApi
{
    internal const string NameWords = "The name of the dataset.";

    /// <summary>Registers what the endpoints need.</summary>
    public static void AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton<ContentFiles>();
        services.AddSingleton<UnclaimedContents>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<IExamples, DatasetExamples>();
    }

    /// <summary>Maps the endpoints.</summary>
    public static void MapDatasets(this WebApplication app)
    {
        RouteGroupBuilder datasets = app.MapGroup("/api/datasets").AnswersHead().WithTags("Datasets").Refuses(503);
        datasets.MapPost("/", Upload).WithName("uploadDataset").WithSummary("Uploads a dataset.")
            .WithDescription("Multipart with the parts name, file and, if wanted, size, resize, background and names (the code page of entries' names), in any "
                + "order. The file is a .zip, .tar or .tar.gz of class folders of pictures, of CIFAR batches or of IDX files. Files that cannot be used are refused one by one "
                + "and listed in the answer.")
            .WithMetadata(new DatasetUploadForm()).Refuses(409, 413, 415, 507);
        datasets.MapGet("/", List).WithName("listDatasets").WithSummary("Lists datasets in the order of their names.");
        datasets.MapGet("/{name}", Get).WithName("getDataset").WithSummary("Describes a dataset.").Refuses(404);
        datasets.MapDelete("/{name}", Delete).WithName("deleteDataset").WithSummary("Deletes a dataset that no queued, running or paused run needs.").Refuses(404, 409);
        datasets.MapDatasetImages();
    }

    private static async Task<Created<DatasetReport>> Upload(
        HttpRequest request, DatasetStore store, DataDirectory directory, IOptions<UploadsOptions> options, ServiceStop stop)
    {
        long limit = (long)options.Value.DatasetMegabytes << 20;
        BodyLimits.Allow(request, limit);
        request.HttpContext.Response.OnCompleted(() =>
        {
            _ = SpareMemory.GiveBackSoonAsync(stop.Begun);
            return Task.CompletedTask;
        });
        return await stop.ReceiveAsync(request, async cancel =>
        {
            using DatasetUpload upload = await DatasetUpload.ReadAsync(request, directory, limit, cancel);
            return await Add(upload, store, cancel);
        });
    }

    private static async Task<Created<DatasetReport>> Add(
        DatasetUpload upload, DatasetStore store, CancellationToken cancel)
    {
        DatasetImport? import = null;
        DatasetRow row = await store.AddAsync(upload.Name, ReadOnce, cancel);
        return TypedResults.Created($"/api/datasets/{row.Name}", new DatasetReport(DatasetDescription.Of(row), import!));

        (Dataset, Fitting) ReadOnce()
        {
            import = Read(upload, cancel);
            return (import.Dataset, upload.Fitting with { Border = import.Border });
        }
    }

    private static async Task<Ok<DatasetList>> List(
        ServiceDb db, CancellationToken cancel, [Description("The next of the page before.")] string? after = null,
        [Description("The most items of a page.")][Range(1, 1000)] int limit = 50)
    {
        if (limit is < 1 or > 1000) throw new ProblemException(StatusCodes.Status400BadRequest, $"limit is {limit}; it is 1 to 1000.", "limit");
        List<DatasetRow> rows = await db.Datasets.AsNoTracking()
            .Where(row => after == null || string.Compare(row.Name, after) > 0)
            .OrderBy(row => row.Name).Take(limit + 1).ToListAsync(cancel);
        DatasetDescription[] items = [.. rows.Take(limit).Select(DatasetDescription.Of)];
        return TypedResults.Ok(new DatasetList(items, rows.Count > limit ? items[^1].Name : null));
    }

    private static async Task<Ok<DatasetDescription>> Get(
        ServiceDb db, [Description(NameWords)] string name, CancellationToken cancel) =>
        TypedResults.Ok(DatasetDescription.Of(await FindAsync(db, name, cancel)));

    private static async Task<NoContent> Delete(
        DatasetStore store, [Description(NameWords)] string name, CancellationToken cancel)
    {
        await store.DeleteAsync(name, cancel);
        return TypedResults.NoContent();
    }

    /// <summary>The row of a name; a problem (404) if there is none.</summary>
    internal static async Task<DatasetRow> FindAsync(ServiceDb db, string name, CancellationToken cancel) =>
        await db.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancel) ?? throw ProblemException.NotFound($"Dataset \"{name}\"");

    private static DatasetImport Read(DatasetUpload upload, CancellationToken cancel)
    {
        try
        {
            return Dataset.Import(
                new CancellableReading(upload.Content, cancel), upload.FileName, upload.Options, new ClassFolders(upload.Fitting));
        }
        catch (InvalidInputException e)
        {
            throw Refusal(e, []);
        }
        catch (ImportRefusedException e)
        {
            throw Refusal(e.Cause, e.Refused);
        }
    }

    private static ProblemException Refusal(InvalidInputException reason, IReadOnlyList<RefusedFile> refused) =>
        new(StatusCodes.Status400BadRequest, reason.Message, "file")
        {
            Members = { ["refused"] = refused.Take(DatasetReport.RefusedListed), ["refusedCount"] = refused.Count },
        };
}

/// <summary>A dataset without its images.</summary>
public record DatasetDescription
{
    /// <summary>The name, which is never given to other content while this is there.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the content.</summary>
    public required string Sha256 { get; init; }

    /// <summary>1 of grey images, 3 of RGB.</summary>
    public required int Channels { get; init; }

    /// <summary>The height and width of every image in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>The classes in the order of their indices.</summary>
    public required IReadOnlyList<ClassCounts> Classes { get; init; }

    /// <summary>Images of the training part.</summary>
    public required int TrainImages { get; init; }

    /// <summary>Images of the test part, 0 if there is none.</summary>
    public required int TestImages { get; init; }

    /// <summary>The mean of each channel over the training part, 0 to 1.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>The standard deviation of each channel over the training part, 0 to 0.5.</summary>
    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <summary>
    /// The way in which its pictures came to size, which predict takes too, unless it is told another; absent where a version before kept none.
    /// </summary>
    public Fitting? Fitting { get; init; }

    /// <summary>When it was uploaded, UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    internal static DatasetDescription Of(DatasetRow row) => new()
    {
        Name = row.Name,
        Sha256 = row.Sha256,
        Channels = row.Channels,
        Size = Fitting.Of(row.Fitting).Size,
        Classes = Parse<ClassCounts>(row.Classes),
        TrainImages = row.TrainImages,
        TestImages = row.TestImages,
        Mean = Parse<double>(row.Mean),
        StandardDeviation = Parse<double>(row.StandardDeviation),
        Fitting = row.Fitting is null ? null : Fitting.Of(row.Fitting),
        CreatedAt = row.CreatedAt,
    };

    private static T[] Parse<T>(string json) => JsonSerializer.Deserialize<T[]>(json, ApiJson.Options)!;
}

/// <summary>What became of an upload: the dataset, and the files that were left out.</summary>
public sealed record DatasetReport : DatasetDescription
{
    [SetsRequiredMembers]
    internal DatasetReport(DatasetDescription dataset, DatasetImport import)
        : base(dataset)
    {
        (Layout, Ignored, Warnings) = (import.Layout, import.Ignored, import.Warnings);
        (Refused, RefusedCount) = ([.. import.Refused.Take(RefusedListed)], import.Refused.Count);
    }

    internal const int RefusedListed = 100;

    /// <summary>The layout that was seen, in words.</summary>
    public string Layout { get; }

    /// <summary>How many files were passed over that systems leave in archives, such as .DS_Store and Thumbs.db.</summary>
    public int Ignored { get; }

    /// <summary>Reasons why a network may learn less from it, or seem to have learned more, than one would think.</summary>
    public IReadOnlyList<DatasetWarning> Warnings { get; }

    /// <summary>The first 100 files that were left out, in the order of their paths.</summary>
    public IReadOnlyList<RefusedFile> Refused { get; }

    /// <summary>How many files were left out.</summary>
    public int RefusedCount { get; }
}

/// <summary>How many images a class has.</summary>
/// <param name="Label">The class name.</param>
/// <param name="Train">Images of the training part.</param>
/// <param name="Test">Images of the test part.</param>
public sealed record ClassCounts(string Label, int Train, int Test);

/// <summary>A page of datasets.</summary>
/// <param name="Items">Datasets in the order of their names.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; absent at the end.</param>
public sealed record DatasetList(IReadOnlyList<DatasetDescription> Items, string? Next);
