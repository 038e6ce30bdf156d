namespace CnnService.Training.Running;

/// <summary>What one iteration of a training run tells.</summary>
/// <param name="Iteration">Counted from 1.</param>
/// <param name="Epoch">The current epoch, counted from 1.</param>
/// <param name="Loss">The loss of the batch before the update, L2 term included.</param>
/// <param name="LearningRate">The step size of this iteration.</param>
/// <param name="Evaluation">The accuracies after this iteration, where they were measured.</param>
public sealed record IterationReport(long Iteration, int Epoch, double Loss, double LearningRate, EvaluationReport? Evaluation);

/// <summary>What the parameters, or their average, are worth. Accuracies are fractions 0 to 1.</summary>
/// <param name="Epoch">Completed epochs.</param>
/// <param name="TrainAccuracy">On up to 1,000 training images, not augmented.</param>
/// <param name="ValidationAccuracy">On all validation images.</param>
/// <param name="ValidationLoss">The mean over all validation images of -log of the label's probability: without smoothing, class weights and L2 term.</param>
/// <param name="PerClass">The validation accuracy on the images of each class; null for a class without any.</param>
public sealed record EvaluationReport(int Epoch, double TrainAccuracy, double ValidationAccuracy, double ValidationLoss, IReadOnlyList<double?> PerClass);

/// <summary>All that a run has told so far, also across a resumption.</summary>
public sealed class TrainingHistory
{
    private readonly List<double> losses = [], trainAccuracies = [], validationAccuracies = [], validationLosses = [];

    /// <summary>The loss of each iteration.</summary>
    public IReadOnlyList<double> Losses => losses;

    /// <summary>Train accuracies: after iteration 1, then after each epoch.</summary>
    public IReadOnlyList<double> TrainAccuracies => trainAccuracies;

    /// <summary>Validation accuracies: after iteration 1, then after each epoch.</summary>
    public IReadOnlyList<double> ValidationAccuracies => validationAccuracies;

    /// <summary>Validation losses: after iteration 1, then after each epoch; NaN for those before a checkpoint of a program that did not measure them.</summary>
    public IReadOnlyList<double> ValidationLosses => validationLosses;

    /// <summary>All lists by their names in a checkpoint.</summary>
    internal IReadOnlyList<(string Name, List<double> Values)> Lists =>
        [("losses", losses), ("trainAccuracies", trainAccuracies), ("validationAccuracies", validationAccuracies), ("validationLosses", validationLosses)];

    /// <summary>The validation accuracies and losses after each of so many epochs.</summary>
    internal (double[] Accuracies, double[] Losses) AfterEpochs(int epochs) => ([.. validationAccuracies.TakeLast(epochs)], [.. validationLosses.TakeLast(epochs)]);

    /// <summary>Adds what an iteration tells.</summary>
    internal void Add(IterationReport report)
    {
        losses.Add(report.Loss);
        if (report.Evaluation is not EvaluationReport evaluation) return;
        trainAccuracies.Add(evaluation.TrainAccuracy);
        validationAccuracies.Add(evaluation.ValidationAccuracy);
        validationLosses.Add(evaluation.ValidationLoss);
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
