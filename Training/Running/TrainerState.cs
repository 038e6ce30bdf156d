using CnnService.Training.Optimizers;
using CnnService.Training.Tensors;

namespace CnnService.Training.Running;

/// <summary>
/// All that training changes, and so all that a checkpoint holds. Random numbers and the order of the images are functions of the position, so they
/// have no state.
/// </summary>
/// <param name="network">The network's structure.</param>
/// <param name="parameters">The parameters, which the network is bound to.</param>
/// <param name="optimizer">The update rule at work, with its states.</param>
/// <param name="average">The average of the parameters, if there is one.</param>
internal sealed class TrainerState(Network network, FloatBuffer parameters, Optimizer optimizer, FloatBuffer? average)
{
    /// <summary>Where each parameter lies in each block.</summary>
    public ParameterLayout Layout => network.Layout;

    /// <summary>The parameters after the last iteration.</summary>
    public FloatBuffer Parameters { get; } = parameters;

    /// <summary>What is evaluated and becomes the model: the average, where there is one, or else the parameters.</summary>
    public FloatBuffer Evaluated => average ?? Parameters;

    /// <summary>What was evaluated when the validation accuracy was highest.</summary>
    public FloatBuffer BestParameters { get; } = new(parameters.Length);

    /// <summary>Every block of numbers, in the layout of the parameters, by the name that its tensors begin with.</summary>
    public IEnumerable<(string Name, FloatBuffer Block)> Blocks =>
    [
        ("parameters", Parameters), ("best", BestParameters), .. optimizer.States.Select(state => ($"optimizer.{state.Name}", state.Values)),
        .. average is null ? [] : new[] { ("average", average) },
    ];

    /// <summary>All that the run has told.</summary>
    public TrainingHistory History { get; } = new();

    /// <summary>Iterations done.</summary>
    public long Iteration { get; set; }

    /// <summary>The iteration after which the best parameters were reached, the first of equals; 0 before the first evaluation.</summary>
    public long BestIteration { get; set; }

    /// <summary>The highest validation accuracy so far; 0 before the first evaluation.</summary>
    public double BestValidationAccuracy { get; set; }

    /// <summary>The best parameters, or those of the beginning before the first evaluation.</summary>
    public FloatBuffer Best => BestIteration > 0 ? BestParameters : Evaluated;

    /// <summary>Keeps what was evaluated if no accuracy before was as high.</summary>
    public void KeepIfBest(double validationAccuracy)
    {
        if (BestIteration > 0 && validationAccuracy <= BestValidationAccuracy) return;
        (BestIteration, BestValidationAccuracy) = (Iteration, validationAccuracy);
        Evaluated.Span.CopyTo(BestParameters.Span);
    }
}
