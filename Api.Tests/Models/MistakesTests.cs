using System.Text.Json;
using CnnService.Api.Tests.Datasets;
using CnnService.Training;
using CnnService.Training.Running;

namespace CnnService.Api.Tests.Models;

/// <summary>The images that a run's best parameters get wrong are those that the library finds.</summary>
public sealed class MistakesTests(TrainedService service) : IClassFixture<TrainedService>
{
    [Fact]
    public async Task Mistakes_All_AreTheLibrarysSurestFirst()
    {
        Expected[] expected = [.. Wrong().OrderByDescending(wrong => wrong.Probability).ThenBy(wrong => wrong.Index)];
        Assert.InRange(expected.Length, 2, 36); // the network of one epoch knows something, and not all
        Assert.Equal(expected, await MistakesAsync("limit=1000"));
        Assert.Equal(expected, await MistakesAsync("limit=1"));
    }

    [Fact]
    public async Task Mistakes_OfACell_AreThoseThatTheConfusionCounts()
    {
        JsonElement confusion = await service.Client.GetJsonAsync($"/api/runs/{service.Run}/confusion");
        int[][] counts = confusion.GetProperty("counts").Deserialize<int[][]>()!;
        foreach ((int label, string name) in service.Dataset.Labels.Index())
        {
            foreach ((int predicted, string other) in service.Dataset.Labels.Index())
            {
                Expected[] cell = await MistakesAsync($"true={name}&predicted={other}");
                Assert.Equal(label == predicted ? 0 : counts[label][predicted], cell.Length);
                Assert.Equal(Wrong().Where(wrong => wrong.Label == name && wrong.Predicted == other).Select(wrong => wrong.Index).Order(), cell.Select(wrong => wrong.Index).Order());
            }
        }
    }

    private async Task<Expected[]> MistakesAsync(string query)
    {
        var all = new List<Expected>();
        string after = "";
        while (true)
        {
            JsonElement page = await service.Client.GetJsonAsync($"/api/runs/{service.Run}/mistakes?{query}{after}");
            foreach (JsonElement item in page.GetProperty("items").EnumerateArray())
            {
                Assert.Equal("train", item.GetProperty("part").GetString());
                all.Add(new Expected(
                    item.GetProperty("index").GetInt32(), item.GetProperty("label").GetString()!, item.GetProperty("predicted").GetString()!, item.GetProperty("probability").GetSingle()));
            }

            if (!page.TryGetProperty("next", out JsonElement next)) return [.. all];
            after = $"&after={next.GetString()}";
        }
    }

    private IEnumerable<Expected> Wrong()
    {
        using var predictor = new Predictor(service.Best, batchSize: 1, threads: 1);
        float[] scores = new float[service.Dataset.Labels.Count], probabilities = new float[scores.Length];
        foreach (int index in ValidationPart.IndicesOf(service.Spec, service.Dataset))
        {
            predictor.Score(service.Dataset.Train[index], scores);
            Predictor.ToProbabilities(scores, probabilities);
            (int label, int predicted) = (service.Dataset.Train.Labels[index], Predictor.ClassOf(scores));
            if (label != predicted) yield return new Expected(index, service.Dataset.Labels[label], service.Dataset.Labels[predicted], probabilities[predicted]);
        }
    }

    private sealed record Expected(int Index, string Label, string Predicted, float Probability);
}
