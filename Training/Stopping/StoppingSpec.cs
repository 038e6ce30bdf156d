namespace CnnService.Training.Stopping;

/// <summary>When a run ends before its last epoch, as nothing more is to be gained. One file per kind.</summary>
public abstract record StoppingSpec
{
    /// <summary>Whether the run is over after an epoch.</summary>
    /// <param name="validationAccuracies">The validation accuracy after each epoch so far.</param>
    /// <param name="validationLosses">The validation loss after each epoch so far.</param>
    internal abstract bool IsOver(ReadOnlySpan<double> validationAccuracies, ReadOnlySpan<double> validationLosses);
}
