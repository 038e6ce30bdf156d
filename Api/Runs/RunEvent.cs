using CnnService.Api.Data;

namespace CnnService.Api.Runs;

/// <summary>One thing that a run told. What does not belong to its type is absent.</summary>
public sealed record RunEvent
{
    /// <summary>1, 2, 3 ... without gaps.</summary>
    public required long Sequence { get; init; }

    public required EventType Type { get; init; }

    /// <summary>The new state (state events).</summary>
    public RunState? State { get; init; }

    /// <summary>Counted from 1 (iteration and epoch events).</summary>
    public long? Iteration { get; init; }

    /// <summary>The current epoch, from 1 (iteration events); the completed ones (epoch events).</summary>
    public int? Epoch { get; init; }

    /// <summary>L2 term included; a number that is not finite is "NaN", "Infinity" or "-Infinity".</summary>
    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? TrainAccuracy { get; init; }

    public double? ValidationAccuracy { get; init; }

    /// <summary>The images that the validation accuracy is taken of (epoch events).</summary>
    public int? ValidationImages { get; init; }

    public required DateTime At { get; init; }

    /// <summary>Whether nothing follows it.</summary>
    internal bool IsLast => State is RunState.Completed or RunState.Failed or RunState.Cancelled;

    /// <summary>The event of a row, as clients see it.</summary>
    internal static RunEvent Of(EventRow row, int? validationImages) => new()
    {
        Sequence = row.Sequence,
        Type = row.Type,
        State = row.State,
        Iteration = row.Iteration,
        Epoch = row.Epoch,
        Loss = row.LossBits is long bits ? BitConverter.Int64BitsToDouble(bits) : null,
        LearningRate = row.LearningRate,
        TrainAccuracy = row.TrainAccuracy,
        ValidationAccuracy = row.ValidationAccuracy,
        ValidationImages = row.Type == EventType.Epoch ? validationImages : null,
        At = row.At,
    };
}
