namespace CnnService.Api.Data;

/// <summary>A named version of a dataset's content.</summary>
public sealed class DatasetRow
{
    public required string Name { get; init; }

    /// <summary>The content's hash, which is also the name of its file.</summary>
    public required string Sha256 { get; init; }

    public int Channels { get; init; }

    /// <summary>The classes with their counts, as JSON.</summary>
    public required string Classes { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    /// <summary>One number per channel, as JSON.</summary>
    public required string Mean { get; init; }

    /// <summary>One number per channel, as JSON.</summary>
    public required string StandardDeviation { get; init; }

    /// <summary>The <see cref="Pictures.Fitting"/> of its pictures, as JSON; null in a row of a version that kept none.</summary>
    public string? Fitting { get; init; }

    public DateTime CreatedAt { get; init; }
}

/// <summary>The states of a run.</summary>
public enum RunState
{
    Queued,
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

/// <summary>What a user has asked a running run to do, until its worker has done it.</summary>
public enum RunRequest
{
    Pause,
    Cancel,
}

/// <summary>A training run and its progress.</summary>
public sealed class RunRow
{
    /// <summary>The key, and the place in the queue.</summary>
    public long Order { get; init; }

    public Guid Id { get; init; }

    public required string Name { get; init; }

    public RunState State { get; set; }

    public RunRequest? Requested { get; set; }

    public required string Dataset { get; init; }

    public required string DatasetSha256 { get; init; }

    /// <summary>The dataset's <see cref="Pictures.Fitting"/>, as JSON, which outlives it; null in a row of a version that kept none.</summary>
    public string? Fitting { get; init; }

    /// <summary>Images that validate; null in a row of a version that did not count them.</summary>
    public int? ValidationImages { get; init; }

    /// <summary>The RunSpec, as JSON.</summary>
    public required string Spec { get; init; }

    /// <summary>How often a worker has claimed the run: the fencing token of every write of a worker.</summary>
    public int Attempts { get; set; }

    /// <summary>
    /// The number of times in a row that a worker took the run over from a process that was gone, since the last checkpoint.
    /// </summary>
    public int Takeovers { get; set; }

    public long Iteration { get; set; }

    public long TotalIterations { get; init; }

    /// <summary>Completed epochs.</summary>
    public int Epoch { get; set; }

    /// <summary>The bits of the last loss: SQLite stores no NaN.</summary>
    public long? LossBits { get; set; }

    public double? TrainAccuracy { get; set; }

    public double? ValidationAccuracy { get; set; }

    /// <summary>The bits of the last validation loss; null in a row of a version that did not measure it.</summary>
    public long? ValidationLossBits { get; set; }

    public double? BestValidationAccuracy { get; set; }

    public long? BestIteration { get; set; }

    /// <summary>Whether it ended before its last epoch, as nothing more was to be gained.</summary>
    public bool StoppedEarly { get; set; }

    public double? TestAccuracy { get; set; }

    public double? ImagesPerSecond { get; set; }

    public double? SecondsLeft { get; set; }

    public DateTime CreatedAt { get; init; }

    public DateTime? StartedAt { get; set; }

    public DateTime? EndedAt { get; set; }

    public string? FailureCode { get; set; }

    public string? FailureMessage { get; set; }

    public long? FailureIteration { get; set; }

    public string? ParametersSha256 { get; set; }

    public string? IdempotencyKey { get; init; }

    /// <summary>SHA-256 of the request body that came with the key.</summary>
    public string? IdempotencyBody { get; init; }

    /// <summary>
    /// Whether the run is deleted. Nothing finds it then, and the <see cref="Sweeper"/> removes what it holds, piece by piece.
    /// </summary>
    public bool Removed { get; init; }

    /// <summary>Takes over what an iteration or epoch tells; of equally good parameters the first are the best.</summary>
    public void Progress(EventRow item)
    {
        Iteration = item.Iteration!.Value;
        if (item.Type == EventType.Iteration)
        {
            LossBits = item.LossBits;
            return;
        }

        (Epoch, TrainAccuracy, ValidationAccuracy) = (item.Epoch!.Value, item.TrainAccuracy, item.ValidationAccuracy);
        ValidationLossBits = item.ValidationLossBits;
        if (!(BestValidationAccuracy >= ValidationAccuracy)) (BestIteration, BestValidationAccuracy) = (Iteration, ValidationAccuracy);
    }
}

/// <summary>The types of events.</summary>
public enum EventType
{
    State,
    Iteration,
    Epoch,
}

/// <summary>One thing that a run told; numbered per run from 1 without gaps.</summary>
public sealed class EventRow
{
    /// <summary>The run's <see cref="RunRow.Order"/>.</summary>
    public long Run { get; init; }

    public long Sequence { get; init; }

    public EventType Type { get; init; }

    public RunState? State { get; init; }

    public long? Iteration { get; init; }

    public int? Epoch { get; init; }

    /// <summary>The bits of the loss: SQLite stores no NaN.</summary>
    public long? LossBits { get; init; }

    public double? LearningRate { get; init; }

    public double? TrainAccuracy { get; init; }

    public double? ValidationAccuracy { get; init; }

    /// <summary>The bits of the validation loss; null in a row of a version that did not measure it.</summary>
    public long? ValidationLossBits { get; init; }

    /// <summary>
    /// The validation accuracy on each class, 8 bytes each (IEEE 754, little endian), NaN for a class without images; null as above.
    /// </summary>
    public byte[]? PerClass { get; init; }

    public DateTime At { get; init; }

    /// <summary>The same event as the run's, with its number.</summary>
    public EventRow Placed(long run, long sequence) => new()
    {
        Run = run,
        Sequence = sequence,
        Type = Type,
        State = State,
        Iteration = Iteration,
        Epoch = Epoch,
        LossBits = LossBits,
        LearningRate = LearningRate,
        TrainAccuracy = TrainAccuracy,
        ValidationAccuracy = ValidationAccuracy,
        ValidationLossBits = ValidationLossBits,
        PerClass = PerClass,
        At = At,
    };
}

/// <summary>A window of a run's losses, all of whose iterations are told (see <see cref="Runs.LossCurve"/>).</summary>
public sealed class LossWindowRow
{
    public long Run { get; init; }

    /// <summary>1 for 16 iterations, 2 for 256, 3 for 4,096.</summary>
    public int Level { get; init; }

    /// <summary>The place among the windows of the level, from 0.</summary>
    public long Number { get; init; }

    /// <summary>The bits of the smallest loss: SQLite stores no NaN.</summary>
    public long MinBits { get; init; }

    /// <summary>The bits of the largest loss.</summary>
    public long MaxBits { get; init; }

    /// <summary>The bits of the sum of the losses.</summary>
    public long SumBits { get; init; }
}

/// <summary>Everything that a run needs to go on after an iteration.</summary>
public sealed class CheckpointRow
{
    public long Run { get; init; }

    public long Iteration { get; init; }

    /// <summary>The attempt that wrote it.</summary>
    public int Attempt { get; init; }

    /// <summary>The <see cref="ContentRow.Key"/> of the checkpoint's bytes.</summary>
    public long Content { get; init; }
}

/// <summary>The choice between the parameters that a run keeps.</summary>
public enum WhichParameters
{
    Best,
    Last,
    Start,
}

/// <summary>The parameters that a run keeps: those that it starts from, the best and, at its end, the last ones.</summary>
public sealed class ParametersRow
{
    public long Run { get; init; }

    public WhichParameters Which { get; init; }

    /// <summary>The iteration that the parameters come from.</summary>
    public long Iteration { get; init; }

    /// <summary>The <see cref="ContentRow.Key"/> of the model file.</summary>
    public long Content { get; init; }
}

/// <summary>
/// A large content: a checkpoint or a model file. Its bytes are the <see cref="PieceRow"/>s; a content that no row points to goes.
/// </summary>
public sealed class ContentRow
{
    public long Key { get; init; }

    /// <summary>SHA-256 of all bytes, in 64 hexadecimal digits, lower case.</summary>
    public required string Sha256 { get; set; }

    /// <summary>Bytes of all pieces together.</summary>
    public long Length { get; set; }
}

/// <summary>A piece of a content: as long as all its others, but for the last one.</summary>
public sealed class PieceRow
{
    public long Content { get; init; }

    /// <summary>The place in the content, from 0.</summary>
    public int Number { get; init; }

    public required byte[] Bytes { get; init; }
}
