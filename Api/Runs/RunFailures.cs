using CnnService.Api.Data;
using CnnService.Training.Running;
using CnnService.Training.Specs;

namespace CnnService.Api.Runs;

/// <summary>The meaning of what ended an attempt: the state that the run enters, and its failure in words for people.</summary>
internal static class RunFailures
{
    /// <summary>A run whose storage failed is paused, as it can go on from its last checkpoint; any other has failed.</summary>
    public static (RunState State, RunFailure Failure) Of(Exception exception) => exception switch
    {
        DivergedException diverged => Failed(FailureCodes.NonFiniteLoss, diverged.Message, diverged.Iteration),
        NotReproducedException other => Failed(FailureCodes.NotReproduced, other.Message, other.Iteration),
        CrashedRepeatedlyException => Failed(FailureCodes.CrashedRepeatedly, exception.Message),
        InvalidInputException { Part: "numerics" } => Failed(FailureCodes.IncompatibleNumerics, exception.Message),
        OutOfMemoryException => Failed(FailureCodes.OutOfMemory, "There was not enough memory; use a smaller network or batchSize."),
        DamagedContentException => Paused(exception.Message),
        _ when StorageFailure.Of(exception) is { } storage =>
            Paused($"The run's progress could not be stored. {storage.Words} Then resume the run."),
        IOException => Paused("The run's progress could not be stored; look at the disk and the service's log, then resume the run."),
        _ => Failed(FailureCodes.Internal, "The run failed; the service's log tells why."),
    };

    private static (RunState State, RunFailure Failure) Failed(string code, string message, long? iteration = null) =>
        (RunState.Failed, new RunFailure(code, message, iteration));

    private static (RunState State, RunFailure Failure) Paused(string message) =>
        (RunState.Paused, new RunFailure(FailureCodes.Storage, message, null));
}
