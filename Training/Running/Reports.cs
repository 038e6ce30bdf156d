namespace CnnService.Training.Running;

/// <summary>What one iteration of a training run tells.</summary>
/// <param name="Iteration">Counted from 1.</param>
/// <param name="Epoch">The current epoch, counted from 1.</param>
/// <param name="Loss">The loss of the batch before the update, L2 term included.</param>
/// <param name="LearningRate">The step size of this iteration.</param>
/// <param name="Evaluation">The accuracies after this iteration, where they were measured.</param>
public sealed record IterationReport(long Iteration, int Epoch, double Loss, double LearningRate, EvaluationReport? Evaluation);

/// <summary>Accuracies, as fractions 0 to 1.</summary>
/// <param name="Epoch">Completed epochs.</param>
/// <param name="TrainAccuracy">On up to 1,000 training images.</param>
/// <param name="ValidationAccuracy">On all validation images.</param>
public sealed record EvaluationReport(int Epoch, double TrainAccuracy, double ValidationAccuracy);

/// <summary>All that a run has told so far, also across a resumption.</summary>
public sealed class TrainingHistory
{
    private readonly List<double> losses = [], trainAccuracies = [], validationAccuracies = [];

    /// <summary>The loss of each iteration.</summary>
    public IReadOnlyList<double> Losses => losses;

    /// <summary>Train accuracies: after iteration 1, then after each epoch.</summary>
    public IReadOnlyList<double> TrainAccuracies => trainAccuracies;

    /// <summary>Validation accuracies: after iteration 1, then after each epoch.</summary>
    public IReadOnlyList<double> ValidationAccuracies => validationAccuracies;

    /// <summary>Adds what an iteration tells.</summary>
    internal void Add(IterationReport report)
    {
        losses.Add(report.Loss);
        if (report.Evaluation is not EvaluationReport evaluation) return;
        trainAccuracies.Add(evaluation.TrainAccuracy);
        validationAccuracies.Add(evaluation.ValidationAccuracy);
    }

    /// <summary>Takes over the histories of a checkpoint.</summary>
    internal void Replace(ReadOnlySpan<double> losses, ReadOnlySpan<double> trainAccuracies, ReadOnlySpan<double> validationAccuracies)
    {
        Replace(this.losses, losses);
        Replace(this.trainAccuracies, trainAccuracies);
        Replace(this.validationAccuracies, validationAccuracies);
    }

    private static void Replace(List<double> list, ReadOnlySpan<double> values)
    {
        list.Clear();
        list.AddRange(values);
    }
}

/// <summary>A training run whose loss is no longer a finite number; its message tells the iteration and what may help.</summary>
/// <param name="iteration">Where, counted from 1.</param>
/// <param name="loss">NaN or an infinity.</param>
public sealed class DivergedException(long iteration, double loss)
    : Exception(FormattableString.Invariant($"The loss became {loss} at iteration {iteration}; use a smaller learning rate or smaller initial weights."))
{
    /// <summary>Where, counted from 1.</summary>
    public long Iteration { get; } = iteration;
}
