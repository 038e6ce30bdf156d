using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Schedules;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Runs;

/// <summary>The resource of training runs.</summary>
internal static class RunsApi
{
    private const int SpecLimit = 256 * 1024, PageLimit = 1000, KeyLimit = 200;

    /// <summary>The description of each id.</summary>
    public const string IdWords = "The id of the run.";

    // All fields with their defaults, except that a dataset as small as this one wants more and smaller steps.
    private static readonly RunSpec Example = new() { Dataset = ShapesDataset.Name, Epochs = 12, BatchSize = 50 };

    /// <summary>Its routes.</summary>
    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder runs = app.MapGroup("/api/runs").AnswersHead().WithTags("Runs").Refuses(503);
        runs.MapPost("", Submit).WithName("submitRun").WithSummary("Queues a training run.").Accepts<RunSpec>("application/json")
            .WithMetadata(new BodyExample(Example)).Refuses(409, 413, 415, 422, 429);
        runs.MapGet("", List).WithName("listRuns").WithSummary("Lists runs, newest first.");
        runs.MapGet("/{id:guid}", Get).WithName("getRun").WithSummary("One run with its progress.").Refuses(404);
        runs.MapPost("/{id:guid}/pause", Pause).WithName("pauseRun").WithSummary("Pauses a run between two iterations.").Refuses(404, 409);
        runs.MapPost("/{id:guid}/resume", Resume).WithName("resumeRun").WithSummary("Queues a paused run again, at its old place.").Refuses(404, 409);
        runs.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelRun").WithSummary("Cancels a run between two iterations.").Refuses(404, 409);
        runs.MapDelete("/{id:guid}", Delete).WithName("deleteRun").WithSummary("Deletes a run that is not running.").Refuses(404, 409);
        runs.MapRunEvents();
        app.MapHub<RunsHub>("/hubs/runs");
    }

    private static async Task<Accepted<Run>> Submit(
        HttpRequest request,
        [FromHeader(Name = "Idempotency-Key")] [Description("A text of the client's own, up to 200 characters: sent again with the same body, it gives the same run.")]
        string? idempotencyKey, RunQueue queue, RunChecks checks, TimeProvider time,
        IOptions<TrainingOptions> options, ServiceStop stop, CancellationToken cancel)
    {
        if (idempotencyKey?.Length is 0 or > KeyLimit)
            throw new ProblemException(400, $"The Idempotency-Key has {idempotencyKey.Length} characters; give 1 to {KeyLimit}.", "Idempotency-Key");
        byte[] body = await stop.ReceiveAsync(request, receiving => JsonBody.ReadAsync(request, "run", SpecLimit, receiving));
        using JsonDocument document = JsonBody.Parse(body);
        RunSpec spec = SpecJson.Read<RunSpec>(document.RootElement, "");
        if (spec.Schedule is not ExponentialDecay && document.RootElement.TryGetProperty("learningRateDecay", out _))
            throw new InvalidInputException("learningRateDecay", "belongs to the schedule exponential-decay; leave it out beside another.");
        string? bodyHash = idempotencyKey is null ? null : Convert.ToHexStringLower(SHA256.HashData(body));
        // Before the checks: what was accepted once is not refused because its dataset is gone since.
        if (bodyHash is not null && await queue.FindAsync(idempotencyKey!, bodyHash, cancel) is { } known)
            return TypedResults.Accepted($"/api/runs/{known.Id}", known);
        bool isBatchGiven = document.RootElement.TryGetProperty("batchSize", out _);
        (spec, DatasetRow dataset, long iterations, int validationImages) = await checks.CheckAsync(spec, isBatchGiven, cancel);
        await checks.CheckContentAsync(dataset, cancel);
        DateTime now = time.GetUtcNow().UtcDateTime;
        Run run = await queue.SubmitAsync(
            new RunRow
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                Name = !string.IsNullOrWhiteSpace(spec.Name) ? spec.Name : $"{spec.Dataset} {now:yyyy-MM-dd HH:mm:ss}",
                State = RunState.Queued,
                Dataset = dataset.Name,
                DatasetSha256 = dataset.Sha256,
                Spec = JsonSerializer.Serialize(spec, ApiJson.Options),
                Fitting = dataset.Fitting,
                ValidationImages = validationImages,
                TotalIterations = iterations,
                CreatedAt = now,
                IdempotencyKey = idempotencyKey,
                IdempotencyBody = bodyHash,
            },
            options.Value.QueueLimit,
            cancel);
        return TypedResults.Accepted($"/api/runs/{run.Id}", run);
    }

    private static async Task<Ok<Page<Run>>> List(
        ServiceDb db, RunTroubles troubles, CancellationToken cancel,
        [Description("Only runs in this state.")][AllowedValues("queued", "running", "paused", "completed", "failed", "cancelled")] string? state = null,
        [Description("Only runs on the dataset with this name.")] string? dataset = null,
        [Description("The most items of a page.")][Range(1, PageLimit)] int limit = 50,
        [Description("The next of the page before.")] string? after = null)
    {
        RunState? wanted = state is null ? null : ParseState(state);
        if (limit is < 1 or > PageLimit) throw new ProblemException(400, $"limit is {limit}; give a number from 1 to {PageLimit}.", "limit");
        long before = long.MaxValue;
        if (after is not null && !long.TryParse(after, out before)) throw new ProblemException(400, "after is not a cursor; give the \"next\" of the page before.", "after");
        List<RowWithPlace> rows = await db.Runs.AsNoTracking()
            .Where(run => run.Order < before && (wanted == null || run.State == wanted) && (dataset == null || run.Dataset == dataset))
            .OrderByDescending(run => run.Order).Take(limit + 1).Select(Run.WithPlace(db)).ToListAsync(cancel);
        string? next = rows.Count > limit ? $"{rows[limit - 1].Row.Order}" : null;
        return TypedResults.Ok(new Page<Run>([.. rows.Take(limit).Select(troubles.Of)], next));
    }

    private static async Task<Ok<Run>> Get([Description(IdWords)] Guid id, ServiceDb db, RunTroubles troubles, CancellationToken cancel) =>
        await db.Runs.AsNoTracking().Where(run => run.Id == id).Select(Run.WithPlace(db)).SingleOrDefaultAsync(cancel) is RowWithPlace row
            ? TypedResults.Ok(troubles.Of(row))
            : throw ProblemException.NotFound($"Run {id}");

    private static async Task<Accepted<Run>> Pause([Description(IdWords)] Guid id, RunQueue queue, CancellationToken cancel) =>
        TypedResults.Accepted($"/api/runs/{id}", await queue.PauseAsync(id, cancel));

    private static async Task<Accepted<Run>> Resume([Description(IdWords)] Guid id, RunQueue queue, CancellationToken cancel) =>
        TypedResults.Accepted($"/api/runs/{id}", await queue.ResumeAsync(id, cancel));

    private static async Task<Accepted<Run>> Cancel([Description(IdWords)] Guid id, RunQueue queue, CancellationToken cancel) =>
        TypedResults.Accepted($"/api/runs/{id}", await queue.CancelAsync(id, cancel));

    private static async Task<NoContent> Delete([Description(IdWords)] Guid id, RunQueue queue, CancellationToken cancel)
    {
        await queue.DeleteAsync(id, cancel);
        return TypedResults.NoContent();
    }

    private static RunState ParseState(string state) => Enum.GetValues<RunState>().Cast<RunState?>().FirstOrDefault(known => JsonNamingPolicy.CamelCase.ConvertName($"{known}") == state)
        ?? throw new ProblemException(400, $"state is {state}; give one of {string.Join(", ", Enum.GetNames<RunState>().Select(JsonNamingPolicy.CamelCase.ConvertName))}.", "state");
}

/// <summary>All that can be known of a run before it is accepted: its dataset is there, its network fits, its memory suffices.</summary>
internal sealed class RunChecks(IDbContextFactory<ServiceDb> databases, DatasetStore datasets, IOptions<TrainingOptions> options)
{
    /// <summary>
    /// The run as it will be trained, where a batch size that was not given is at most the training images; its dataset, and the iterations
    /// of the whole run; the images that validate. An exception names the field at fault.
    /// </summary>
    public async Task<(RunSpec Spec, DatasetRow Dataset, long Iterations, int ValidationImages)> CheckAsync(RunSpec spec, bool isBatchGiven, CancellationToken cancel)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        DatasetRow dataset = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Name == spec.Dataset, cancel)
            ?? throw new InvalidInputException("dataset", $"there is no dataset \"{spec.Dataset}\"; GET /api/datasets lists those that are there.");
        int[] perClass = [.. JsonSerializer.Deserialize<DatasetClassCount[]>(dataset.Classes, ApiJson.Options)!.Select(counts => counts.Train)];
        int size = Fitting.Of(dataset.Fitting).Size;
        var network = new Network(spec.Model, new Shape(dataset.Channels, size, size), perClass.Length);
        int images = spec.TrainingImages(perClass);
        if (!isBatchGiven) spec = spec with { BatchSize = Math.Min(spec.BatchSize, images) };
        network.CheckBatchSize(spec.BatchSize);
        if (spec.BatchSize > images) throw new InvalidInputException("batchSize", $"is {spec.BatchSize}, but {images} training images are left after the validation split; give at most that.");
        long bytes = MemoryEstimate.OfRun(spec, network, (long)(dataset.TrainImages + dataset.TestImages) * network.Input.Length);
        if (bytes > options.Value.MemoryLimitMegabytes * 1_000_000L)
            throw new InvalidInputException("model", $"the run needs about {bytes / 1_000_000} MB, and {options.Value.MemoryLimitMegabytes} MB is the limit; use a smaller network or batchSize.");
        long iterations = (long)spec.Epochs * spec.IterationsPerEpoch(network, images);
        long checkpoint = MemoryEstimate.OfCheckpoint(spec, network, iterations);
        if (checkpoint > Array.MaxLength)
            throw new InvalidInputException(
                "model",
                $"a checkpoint of the run would have {checkpoint / 1_000_000} MB, and {Array.MaxLength / 1_000_000} MB is the most; "
                + "use a smaller network.");
        return (spec, dataset, iterations, dataset.TrainImages - images);
    }

    /// <summary>Looks whether the dataset's images are there and intact; a problem (409) tells what helps if they are not.</summary>
    public async Task CheckContentAsync(DatasetRow dataset, CancellationToken cancel)
    {
        try
        {
            await datasets.CheckAsync(dataset.Sha256, cancel);
        }
        catch (DamagedContentException e)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, e.Message, "dataset");
        }
    }

    private sealed record DatasetClassCount(string Label, int Train, int Test);
}
