using System.Buffers.Binary;
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

    /// <summary>The step size of the iteration (iteration and epoch events).</summary>
    public double? LearningRate { get; init; }

    public double? TrainAccuracy { get; init; }

    public double? ValidationAccuracy { get; init; }

    /// <summary>
    /// The mean over the validation images of -log of the label's probability (epoch events): without label smoothing, class weights and L2 term.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The validation accuracy on the images of each class, in the order of their indices; null for a class without any (epoch events).</summary>
    public IReadOnlyList<double?>? PerClass { get; init; }

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
        ValidationLoss = row.ValidationLossBits is long lossBits ? BitConverter.Int64BitsToDouble(lossBits) : null,
        PerClass = row.PerClass is null ? null : Unpack(row.PerClass),
        ValidationImages = row.Type == EventType.Epoch ? validationImages : null,
        At = row.At,
    };

    /// <summary>Accuracies on classes, as a row keeps them.</summary>
    internal static byte[] Pack(IReadOnlyList<double?> perClass)
    {
        byte[] packed = new byte[perClass.Count * sizeof(double)];
        foreach ((int i, double? accuracy) in perClass.Index())
            BinaryPrimitives.WriteDoubleLittleEndian(packed.AsSpan(i * sizeof(double)), accuracy ?? double.NaN);
        return packed;
    }

    private static double?[] Unpack(byte[] packed) =>
        [.. packed.Chunk(sizeof(double)).Select(bytes => BinaryPrimitives.ReadDoubleLittleEndian(bytes)).Select(accuracy => double.IsNaN(accuracy) ? null : (double?)accuracy)];
}
