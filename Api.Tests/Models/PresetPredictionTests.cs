using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Datasets;
using CnnService.Api.Tests.Pictures;
using CnnService.Api.Tests.Runs;
using CnnService.Training;
using CnnService.Training.Augmentations;
using CnnService.Training.Datasets;
using CnnService.Training.Presets;
using CnnService.Training.Running;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Models;

/// <summary>
/// A run of a preset measures what the library's trainer measures, and its model predicts for each validation picture what the library's does: the
/// same bits, whatever the size of the pictures and whatever they are seen as.
/// </summary>
public sealed class PresetPredictionTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    private readonly HttpClient client = service.CreateClient();

    public static MatrixTheoryData<string, int> PresetsAndSizes => new([.. Preset.All.Select(preset => preset.Name)], [28, 32, 64]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(PresetsAndSizes))]
    public async Task Predictions_OfARunOfAPreset_AreItsOwnEvaluation(string preset, int size)
    {
        string name = $"striped-{size}-{preset}";
        await client.UploadAsync(name, Stripes(size), parts: ("size", $"{size}")).JsonAsync(HttpStatusCode.Created);
        foreach (TestTimeAugmentation views in Enum.GetValues<TestTimeAugmentation>())
        {
            string word = JsonSerializer.Serialize(views, ApiJson.Options);
            Run run = await TrainAsync($$"""{"dataset":"{{name}}","preset":"{{preset}}","epochs":1,"batchSize":20,"validationFraction":0.2,"testTimeAugmentation":{{word}}}""");
            Dataset dataset = service.Services.GetRequiredService<DatasetStore>().Load(run.DatasetSha256);
            using var trainer = new Trainer(run.Spec, dataset, threads: 1);
            EvaluationReport last = trainer.Run(Cancel).Last().Evaluation!;
            ImageSet validation = ValidationPart.Of(run.Spec, dataset);
            using var predictor = new Predictor(trainer.BestModel(), batchSize: 5);
            float[] probabilities = new float[3];

            Assert.Equal((last.ValidationLoss, last.ValidationAccuracy), (run.ValidationLoss, run.ValidationAccuracy));
            Assert.Equal(last.ValidationAccuracy, predictor.Accuracy(validation));
            for (int i = 0; i < validation.Count; i++)
            {
                predictor.Predict(validation[i], probabilities);
                Assert.Equal(probabilities, await PredictAsync(run, PictureEncoder.ToPng(validation[i], validation.Shape)));
            }
        }
    }

    private async Task<Run> TrainAsync(string spec)
    {
        var runs = new RunClient(client);
        return await runs.UntilAsync((await runs.SubmitAsync(spec)).Id, RunState.Completed);
    }

    private async Task<float[]> PredictAsync(Run run, byte[] picture)
    {
        using var content = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        JsonElement answer = await client.PostAsync($"/api/runs/{run.Id}/predict", content, Cancel).JsonAsync(HttpStatusCode.OK);
        JsonElement[] top = [.. answer.GetProperty("predictions")[0].GetProperty("top").EnumerateArray()];
        return [.. top.OrderBy(entry => entry.GetProperty("classIndex").GetInt32()).Select(entry => entry.GetProperty("probability").GetSingle())];
    }

    // Three classes of 20 noisy pictures, told apart by which row of three is bright.
    private static byte[] Stripes(int size)
    {
        var random = new Random(3);
        return Archives.Zip([.. Enumerable.Range(0, 60).Select(n =>
        {
            byte[] pixels = [.. Enumerable.Range(0, 3 * size * size).Select(i => (byte)random.Next(i / 3 / size % 3 == n % 3 ? 256 : 120))];
            return ($"{"abc"[n % 3]}/{n}.png", PictureFiles.Png(2, pixels, width: size, height: size));
        })]);
    }
}
