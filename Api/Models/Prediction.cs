using CnnService.Training;

namespace CnnService.Api.Models;

/// <summary>The classes that a run's model gives pictures.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Iteration">The iteration whose parameters were used: while the run goes on, the best as of its last checkpoint.</param>
/// <param name="Predictions">One per picture, in their order.</param>
public sealed record Prediction(Guid RunId, long Iteration, IReadOnlyList<PicturePrediction> Predictions);

/// <summary>The class that a model gives one picture.</summary>
public sealed record PicturePrediction
{
    /// <summary>The file's name; absent where the picture was the whole body.</summary>
    public string? File { get; init; }

    /// <summary>The most probable class.</summary>
    public required string Label { get; init; }

    /// <summary>Its index, from 0.</summary>
    public required int ClassIndex { get; init; }

    /// <summary>Its probability, 0 to 1.</summary>
    public required float Probability { get; init; }

    /// <summary>The most probable classes, by their scores, the first of equals first.</summary>
    public required IReadOnlyList<ClassProbability> Top { get; init; }

    /// <summary>Sorts all classes by their scores.</summary>
    internal static PicturePrediction Of(string? file, ReadOnlySpan<float> scores, IReadOnlyList<string> labels, int topK)
    {
        float[] all = scores.ToArray(), probabilities = new float[all.Length];
        Predictor.ToProbabilities(all, probabilities);
        ClassProbability[] top =
        [
            .. Enumerable.Range(0, all.Length).OrderByDescending(i => all[i]).Take(topK).Select(i => new ClassProbability(labels[i], i, probabilities[i])),
        ];
        return new PicturePrediction { File = file, Label = top[0].Label, ClassIndex = top[0].ClassIndex, Probability = top[0].Probability, Top = top };
    }
}

/// <summary>A class with its probability.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="ClassIndex">Its index, from 0.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record ClassProbability(string Label, int ClassIndex, float Probability);

/// <summary>How often which class was taken for which, on the images that the run held out for validation.</summary>
/// <param name="Labels">The class names.</param>
/// <param name="Counts">Rows are true classes, columns predicted ones.</param>
public sealed record Confusion(IReadOnlyList<string> Labels, int[][] Counts);
