using CnnService.Api.Datasets;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;

namespace CnnService.Api.Models;

/// <summary>
/// What models make of the images that their runs held out; one model at a time, as each holds a dataset. The last results are remembered: a page asks for
/// the counts, and then for the mistakes behind each of them.
/// </summary>
internal sealed class ValidationResults(Predictions predictions, DatasetStore datasets, Desk desk) : IDisposable
{
    private const int Remembered = 8; // 12 bytes for each image
    private readonly SemaphoreSlim turn = new(1);
    private readonly List<ValidationResult> last = []; // the newest first; under the turn

    /// <summary>The result of a run's best parameters; a problem (409) if its dataset is deleted.</summary>
    public async Task<ValidationResult> OfAsync(Guid run, BestModel best, TrainingSpec spec, string datasetSha256, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            ValidationResult result = last.Find(known => known.Run == run && known.Iteration == best.Iteration)
                ?? new ValidationResult(run, best.Iteration, best.Model.Model.Labels, await MeasureAsync(best.Model, spec, datasetSha256, cancel));
            last.Remove(result);
            last.Insert(0, result);
            if (last.Count > Remembered) last.RemoveAt(Remembered);
            return result;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Releases what it holds.</summary>
    public void Dispose() => turn.Dispose();

    private async Task<IReadOnlyList<ValidatedImage>> MeasureAsync(LoadedModel model, TrainingSpec spec, string datasetSha256, CancellationToken cancel)
    {
        (ImageSet train, int[] held) = await desk.DoAsync(
            () =>
            {
                Dataset dataset = datasets.Load(datasetSha256);
                return (dataset.Train, ValidationPart.IndicesOf(spec, dataset));
            },
            cancel);
        int classes = model.Model.Labels.Count;
        float[] scores = await predictions.ScoresAsync(model, held.Length, i => train[held[i]].ToArray(), augmentation: null, cancel);
        float[] probabilities = new float[classes];
        var images = new ValidatedImage[held.Length];
        for (int i = 0; i < held.Length; i++)
        {
            ReadOnlySpan<float> own = scores.AsSpan(i * classes, classes);
            Predictor.ToProbabilities(own, probabilities);
            int predicted = Predictor.ClassOf(own);
            images[i] = new ValidatedImage(held[i], train.Labels[held[i]], predicted, probabilities[predicted]);
        }

        return images;
    }
}

/// <summary>What a run's best parameters make of the images that it held out.</summary>
/// <param name="Run">The run.</param>
/// <param name="Iteration">The iteration that the parameters come from.</param>
/// <param name="Labels">The class names.</param>
/// <param name="Images">The images in their order.</param>
internal sealed record ValidationResult(Guid Run, long Iteration, IReadOnlyList<string> Labels, IReadOnlyList<ValidatedImage> Images)
{
    /// <summary>How often which class was taken for which.</summary>
    public Confusion Count()
    {
        int[][] counts = [.. Labels.Select(_ => new int[Labels.Count])];
        foreach (ValidatedImage image in Images) counts[image.Label][image.Predicted]++;
        return new Confusion(Labels, counts);
    }

    /// <summary>The images that were taken for another class, the surest first; of one class, and taken for one class, where these are given.</summary>
    public IEnumerable<ValidatedImage> Mistakes(int? label, int? predicted) => Images
        .Where(image => image.Label != image.Predicted && (label is null || image.Label == label) && (predicted is null || image.Predicted == predicted))
        .OrderByDescending(image => image.Probability).ThenBy(image => image.Index);
}

/// <summary>A held-out image with the class that a model gives it.</summary>
/// <param name="Index">Its place in the training part.</param>
/// <param name="Label">Its class.</param>
/// <param name="Predicted">The class that it is taken for.</param>
/// <param name="Probability">That class's probability, 0 to 1.</param>
internal readonly record struct ValidatedImage(int Index, int Label, int Predicted, float Probability);
