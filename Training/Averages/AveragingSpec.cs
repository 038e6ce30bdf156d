namespace CnnService.Training.Averages;

/// <summary>
/// An average of the parameters in the course of training, running statistics included. It begins as the parameters begin. Where a run has one, it is what
/// is evaluated and becomes the model. One file per kind.
/// </summary>
public abstract record AveragingSpec
{
    /// <summary>Whether training goes on from the average each time that it has followed the parameters.</summary>
    internal virtual bool LeadsTraining => false;

    /// <summary>The share k of the average that is kept after an iteration, average = k * average + (1 - k) * parameters; null where it stays as it is.</summary>
    /// <param name="done">Iterations done, that one included.</param>
    /// <param name="total">Iterations of the whole run.</param>
    internal abstract double? Kept(long done, long total);
}
