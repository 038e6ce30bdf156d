using CnnService.Api.Pictures;

namespace CnnService.Api.Models;

/// <summary>Runs pictures through models, a few at a time, between other requests.</summary>
internal sealed class Predictions(Desk desk)
{
    /// <summary>What a model says of each picture; InvalidInputException names the first that can not be read, and then nothing is predicted.</summary>
    public async Task<PicturePrediction[]> PredictAsync(LoadedModel model, IReadOnlyList<SentPicture> pictures, int topK, bool resize, CancellationToken cancel)
    {
        int channels = model.Model.Network.Input.Channels, classes = model.Model.Labels.Count;
        var images = new List<byte[]>(pictures.Count);
        foreach (SentPicture picture in pictures)
            images.Add(await desk.DoAsync(() => PictureDecoder.Decode(picture.Content.Span, picture.Name, resize).ToChannels(channels), cancel));

        float[] probabilities = await ProbabilitiesAsync(model, images.Count, i => images[i], cancel);
        return [.. pictures.Select((picture, i) => PicturePrediction.Of(picture.File, probabilities.AsSpan(i * classes, classes), model.Model.Labels, topK))];
    }

    /// <summary>The probabilities of some images, (N, classes).</summary>
    public async Task<float[]> ProbabilitiesAsync(LoadedModel model, int count, Func<int, byte[]> image, CancellationToken cancel)
    {
        int classes = model.Model.Labels.Count;
        float[] probabilities = new float[count * classes];
        for (int first = 0; first < count; first += model.BatchSize)
        {
            int from = first, batch = Math.Min(model.BatchSize, count - first);
            await desk.DoAsync(
                () =>
                {
                    byte[] bytes = [.. Enumerable.Range(from, batch).SelectMany(image)];
                    model.Predict(bytes, probabilities.AsSpan(from * classes, batch * classes));
                    return batch;
                },
                cancel);
        }

        return probabilities;
    }
}
