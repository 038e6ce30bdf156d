using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Description;
using CnnService.Api.Hosting;
using CnnService.Training.Datasets;
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
        runs.MapPost("/preflight", Look).WithName("preflightRun").WithSummary("Tries a run out without queueing it: shapes, memory, time, and what looks wrong.")
            .Accepts<RunSpec>("application/json").WithMetadata(new BodyExample(Example)).Refuses(409, 413, 415);
        runs.MapGet("", List).WithName("listRuns").WithSummary("Lists runs, newest first.");
        runs.MapGet("/{id:guid}", Get).WithName("getRun").WithSummary("One run with its progress.").Refuses(404);
        runs.MapPost("/{id:guid}/pause", Pause).WithName("pauseRun").WithSummary("Pauses a run between two iterations.").Refuses(404, 409);
        runs.MapPost("/{id:guid}/resume", Resume).WithName("resumeRun").WithSummary("Queues a paused run again, at its old place.").Refuses(404, 409);
        runs.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelRun").WithSummary("Cancels a run between two iterations.").Refuses(404, 409);
        runs.MapDelete("/{id:guid}", Delete).WithName("deleteRun").WithSummary("Deletes a run that is not running.").Refuses(404, 409);
        runs.MapRunEvents();
        runs.MapCurve();
        runs.MapRunComparison();
        app.MapHub<RunsHub>("/hubs/runs");
    }

    private static async Task<Accepted<Run>> Submit(
        HttpRequest request,
        [FromHeader(Name = "Idempotency-Key")] [Description("A text of the client's own, up to 200 characters: sent again with the same body, it gives the same run.")]
        string? idempotencyKey, RunQueue queue, StartingModels starts, RunChecks checks, TimeProvider time,
        IOptions<TrainingOptions> options, ServiceStop stop, CancellationToken cancel)
    {
        if (idempotencyKey?.Length is 0 or > KeyLimit)
            throw new ProblemException(400, $"The Idempotency-Key has {idempotencyKey.Length} characters; give 1 to {KeyLimit}.", "Idempotency-Key");
        byte[] body = await stop.ReceiveAsync(request, receiving => JsonBody.ReadAsync(request, "run", SpecLimit, receiving));
        using SubmittedRun submitted = SubmittedRun.Read(body);
        string? bodyHash = idempotencyKey is null ? null : Convert.ToHexStringLower(SHA256.HashData(body));
        // Before the checks: what was accepted once is not refused because its dataset is gone since.
        if (bodyHash is not null && await queue.FindAsync(idempotencyKey!, bodyHash, cancel) is { } known)
            return TypedResults.Accepted($"/api/runs/{known.Id}", known);
        await using StartingModel? start = submitted.Spec.StartFrom is { } from ? await starts.HoldAsync(from, cancel) : null;
        CheckedRun run = await checks.CheckAsync(submitted, start, cancel);
        (RunSpec spec, DatasetRow dataset) = (run.Spec, run.Dataset);
        await checks.CheckContentAsync(dataset, cancel);
        DateTime now = time.GetUtcNow().UtcDateTime;
        Run accepted = await queue.SubmitAsync(
            new RunRow
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                Name = !string.IsNullOrWhiteSpace(spec.Name) ? spec.Name : $"{spec.Dataset} {now:yyyy-MM-dd HH:mm:ss}",
                State = RunState.Queued,
                Dataset = dataset.Name,
                DatasetSha256 = dataset.Sha256,
                Spec = JsonSerializer.Serialize(spec, ApiJson.Options),
                Fitting = dataset.Fitting,
                ValidationImages = run.ValidationImages,
                TotalIterations = run.Iterations,
                CreatedAt = now,
                IdempotencyKey = idempotencyKey,
                IdempotencyBody = bodyHash,
            },
            start,
            options.Value.QueueLimit,
            cancel);
        return TypedResults.Accepted($"/api/runs/{accepted.Id}", accepted);
    }

    private static async Task<Ok<Preflight>> Look(
        HttpRequest request, StartingModels starts, RunChecks checks, Preflights preflights, ServiceStop stop, CancellationToken cancel)
    {
        byte[] body = await stop.ReceiveAsync(request, receiving => JsonBody.ReadAsync(request, "run", SpecLimit, receiving));
        using SubmittedRun submitted = SubmittedRun.Read(body);
        await using StartingModel? start = submitted.Spec.StartFrom is { } from ? await starts.HoldAsync(from, cancel) : null;
        CheckedRun run = await checks.CheckAsync(submitted, start, cancel);
        await checks.CheckContentAsync(run.Dataset, cancel);
        return TypedResults.Ok(await preflights.LookAsync(run, start?.Model, cancel));
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
