using System.Linq.Expressions;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;

namespace CnnService.Api.Runs;

/// <summary>A training run as clients see it. What does not apply is absent. Accuracies are fractions 0 to 1, times UTC.</summary>
public sealed record Run
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required RunState State { get; init; }

    /// <summary>Pause or cancel, from the request until the worker has acted on it between two iterations.</summary>
    public RunRequest? Requested { get; init; }

    public required string Dataset { get; init; }

    public required string DatasetSha256 { get; init; }

    /// <summary>The height and width of the dataset's images in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>The recipe that has filled the spec.</summary>
    public string? Preset { get; init; }

    public required RunSpec Spec { get; init; }

    public required long Seed { get; init; }

    public required long Iteration { get; init; }

    public required long TotalIterations { get; init; }

    /// <summary>Completed epochs.</summary>
    public required int Epoch { get; init; }

    /// <summary>The loss of the last iteration, L2 term included.</summary>
    public double? Loss { get; init; }

    public double? TrainAccuracy { get; init; }

    public double? ValidationAccuracy { get; init; }

    /// <summary>The mean over the validation images of -log of the label's probability: without label smoothing, class weights and L2 term.</summary>
    public double? ValidationLoss { get; init; }

    public double? BestValidationAccuracy { get; init; }

    public long? BestIteration { get; init; }

    /// <summary>The images that validation accuracies are taken of: the fewer, the less they tell.</summary>
    public int? ValidationImages { get; init; }

    /// <summary>Whether it ended before its last epoch, as nothing more was to be gained (completed runs).</summary>
    public bool? StoppedEarly { get; init; }

    /// <summary>On the dataset's test part with the best parameters, at the end.</summary>
    public double? TestAccuracy { get; init; }

    public double? ImagesPerSecond { get; init; }

    public double? SecondsLeft { get; init; }

    /// <summary>1 for the run that is next.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>How often a worker has claimed the run.</summary>
    public required int Attempts { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public RunFailure? Failure { get; init; }

    /// <summary>SHA-256 of the best parameters' file.</summary>
    public string? ParametersSha256 { get; init; }

    /// <summary>The run of a row, with its place among the queued ones.</summary>
    internal static Expression<Func<RunRow, RowWithPlace>> WithPlace(ServiceDb db) => row => new RowWithPlace(
        row, row.State == RunState.Queued ? db.Runs.Count(other => other.State == RunState.Queued && other.Order <= row.Order) : null);

    /// <summary>The run of a row, as clients see it.</summary>
    internal static Run Of(RowWithPlace placed) => Of(placed, SpecOf(placed.Row));

    /// <summary>The spec of a row.</summary>
    internal static RunSpec SpecOf(RunRow row) => JsonSerializer.Deserialize<RunSpec>(row.Spec, ApiJson.Options)!;

    /// <summary>The same, where its spec has been read already.</summary>
    internal static Run Of(RowWithPlace placed, RunSpec spec)
    {
        RunRow row = placed.Row;
        bool running = row.State == RunState.Running;
        return new Run
        {
            Id = row.Id,
            Name = row.Name,
            State = row.State,
            Requested = row.Requested,
            Dataset = row.Dataset,
            DatasetSha256 = row.DatasetSha256,
            Size = Fitting.Of(row.Fitting).Size,
            Preset = spec.Preset,
            Spec = spec,
            Seed = spec.Seed,
            Iteration = row.Iteration,
            TotalIterations = row.TotalIterations,
            Epoch = row.Epoch,
            Loss = row.LossBits is long bits ? BitConverter.Int64BitsToDouble(bits) : null,
            TrainAccuracy = row.TrainAccuracy,
            ValidationAccuracy = row.ValidationAccuracy,
            ValidationLoss = row.ValidationLossBits is long lossBits ? BitConverter.Int64BitsToDouble(lossBits) : null,
            BestValidationAccuracy = row.BestValidationAccuracy,
            BestIteration = row.BestIteration,
            ValidationImages = row.ValidationImages,
            StoppedEarly = row.State == RunState.Completed ? row.StoppedEarly : null,
            TestAccuracy = row.TestAccuracy,
            ImagesPerSecond = running ? row.ImagesPerSecond : null,
            SecondsLeft = running ? row.SecondsLeft : null,
            QueuePosition = placed.Place,
            Attempts = row.Attempts,
            CreatedAt = row.CreatedAt,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt,
            Failure = row.FailureCode is null ? null : new RunFailure(row.FailureCode, row.FailureMessage!, row.FailureIteration),
            ParametersSha256 = row.ParametersSha256,
        };
    }
}

/// <summary>Why a run failed, or why it paused by itself.</summary>
/// <param name="Code">One of <see cref="FailureCodes"/>.</param>
/// <param name="Message">For people: what happened and what may help.</param>
/// <param name="Iteration">Where, if it belongs to an iteration.</param>
public sealed record RunFailure(string Code, string Message, long? Iteration);

/// <summary>Why runs fail.</summary>
internal static class FailureCodes
{
    public const string NonFiniteLoss = "non-finite-loss", NotReproduced = "not-reproduced", OutOfMemory = "out-of-memory", Storage = "storage";
    public const string CrashedRepeatedly = "crashed-repeatedly", IncompatibleNumerics = "incompatible-numerics", Internal = "internal";
}

/// <summary>A row with its place in the queue, if it waits.</summary>
internal sealed record RowWithPlace(RunRow Row, int? Place);

/// <summary>A page of a list.</summary>
/// <param name="Items">The page.</param>
/// <param name="Next">What <c>after</c> takes for the next page; absent at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
