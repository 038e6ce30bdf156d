using CnnService.Api.Datasets;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;

namespace CnnService.Api.Models;

/// <summary>Counts which classes models take for which; one model at a time, as each holds a dataset.</summary>
internal sealed class Confusions(Predictions predictions, DatasetStore datasets, Desk desk) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Counts on the images that the run held out; a problem (409) if their dataset is deleted.</summary>
    public async Task<Confusion> CountAsync(LoadedModel model, TrainingSpec spec, string datasetSha256, CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            ImageSet images = await desk.DoAsync(() => ValidationPart.Of(spec, datasets.Load(datasetSha256)), cancel);
            return await CountAsync(model, images, cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Releases what it holds.</summary>
    public void Dispose() => turn.Dispose();

    private async Task<Confusion> CountAsync(LoadedModel model, ImageSet images, CancellationToken cancel)
    {
        int classes = model.Model.Labels.Count;
        float[] scores = await predictions.ScoresAsync(model, images.Count, i => images[i].ToArray(), augmentation: null, cancel);
        int[][] counts = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        for (int i = 0; i < images.Count; i++) counts[images.Labels[i]][Predictor.ClassOf(scores.AsSpan(i * classes, classes))]++;
        return new Confusion(model.Model.Labels, counts);
    }
}
