using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Training.Augmentations;

namespace CnnService.Api.Models;

/// <summary>Runs pictures through models, a few at a time, between other requests.</summary>
internal sealed class Predictions(Desk desk)
{
    /// <summary>The most pixels that the pictures of one request have before they are resized: 16 of the largest, some 5 seconds of a processor.</summary>
    public const long MostPixels = 16L * PictureDecoder.DecodedPixels;

    private const long QuickPixels = 2 * 32 * 32;

    /// <summary>
    /// What a model says of each picture; InvalidInputException names the first that cannot be read, and then nothing is predicted. Over
    /// <see cref="MostPixels"/> together are a problem (413).
    /// </summary>
    public async Task<PicturePrediction[]> PredictAsync(LoadedModel model, IReadOnlyList<SentPicture> pictures, AskedPrediction asked, CancellationToken cancel)
    {
        Fitting fitting = asked.Fitting;
        int channels = model.Model.Network.Input.Channels, classes = model.Model.Labels.Count;
        var images = new List<byte[]>(pictures.Count);
        long pixels = fitting.Resize == Resize.None ? 0 : pictures.Sum(picture => PictureDecoder.PixelsOf(picture.Content.Span));
        if (pixels > MostPixels)
            throw new ProblemException(413, $"The pictures have over {MostPixels:N0} pixels together; send fewer in one request, or smaller ones.");

        bool quick = pictures.Count == 1 && pixels <= QuickPixels; // 32x32 pixels take 0.04 ms, about as long as a change of threads
        foreach (SentPicture picture in pictures)
            images.Add(quick ? Decode(picture) : await desk.DoAsync(() => Decode(picture), cancel));

        float[] scores = await ScoresAsync(model, images.Count, i => images[i], asked.Augmentation, cancel);
        return [.. pictures.Select((picture, i) => PicturePrediction.Of(picture.File, scores.AsSpan(i * classes, classes), model.Model.Labels, asked.TopK))];

        byte[] Decode(SentPicture picture) => PictureDecoder.Decode(picture.Content.Span, picture.Name, fitting).ToChannels(channels);
    }

    /// <summary>The scores of some images, (N, classes), seen as is asked, or else as the model says.</summary>
    public async Task<float[]> ScoresAsync(
        LoadedModel model, int count, Func<int, byte[]> image, TestTimeAugmentation? augmentation, CancellationToken cancel)
    {
        var scores = new List<float>(count * model.Model.Labels.Count);
        foreach (int[] batch in Enumerable.Range(0, count).Chunk(model.BatchSize))
            scores.AddRange(await model.ScoreAsync([.. batch.Select(image)], augmentation, desk, cancel));
        return [.. scores];
    }
}

/// <summary>How pictures are to be predicted.</summary>
/// <param name="TopK">The number of classes to tell.</param>
/// <param name="Fitting">How they come to the model's size.</param>
/// <param name="Augmentation">What they are seen as; null as the model says.</param>
internal sealed record AskedPrediction(int TopK, Fitting Fitting, TestTimeAugmentation? Augmentation);
