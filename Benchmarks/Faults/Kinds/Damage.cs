using System.Security.Cryptography;
using System.Text.Json;

namespace CnnService.Benchmarks.Faults.Kinds;

/// <summary>The checks of what has to hold while stored content is damaged or missing.</summary>
internal static class Damage
{
    private const int Patience = 120_000; // ms, for a machine that is loaded

    /// <summary>
    /// Waits for what becomes of a run that needs the content: it pauses with the code <c>storage</c>, or completes, which is compared
    /// later. It fails with no other reason.
    /// </summary>
    public static async Task CheckRunAsync(World world, Submission run)
    {
        string seen = "no answer";
        for (long start = Environment.TickCount64; Environment.TickCount64 - start < Patience; await Task.Delay(100))
        {
            if (await world.LookAsync(run) is not JsonElement json) continue;
            string state = json.GetProperty("state").GetString()!;
            string? code = json.TryGetProperty("failure", out JsonElement failure) ? failure.GetProperty("code").GetString() : null;
            seen = $"{state} {failure}";
            if (state == "completed" || code == "storage")
            {
                world.Tally.Check(state != "failed", $"a run whose content is damaged has ended for good: {seen}");
                return;
            }

            if (state is "failed" or "cancelled") break;
        }

        world.Tally.Check(false, $"a run whose content is damaged is {seen}");
    }

    /// <summary>A model answers as it has to, or with a problem that says that it is damaged.</summary>
    public static async Task CheckModelAsync(World world, Expected model, bool isDamaged = true)
    {
        for (int i = 0; i < model.Predictions.Count; i++)
        {
            Answer? answer = await world.PredictAsync(model.Id, world.Oracle.Pictures[i]);
            bool right = Oracle.PredictionOf(answer) == model.Predictions[i] || (isDamaged && answer is { TellsDamage: true });
            world.Tally.Check(right, $"a {(isDamaged ? "damaged" : "sound")} model predicts otherwise: {answer?.Status}");
        }

        Answer? file = await world.Client.GetAsync($"/api/runs/{model.Id}/parameters");
        bool isRight = file is { Status: 200 }
            ? Convert.ToHexStringLower(SHA256.HashData(file.Body)) == model.Sha256
            : isDamaged && file is { TellsDamage: true };
        world.Tally.Check(isRight, $"parameters with a flipped bit are given out: {file?.Status}");
    }

    /// <summary>The pictures of the dataset are as they were, or a problem says that they are damaged or missing.</summary>
    public static async Task CheckPicturesAsync(World world)
    {
        for (int i = 0; i < world.Oracle.Pictures.Count; i++)
        {
            Answer? answer = await world.Client.GetAsync($"/api/datasets/shapes/images/{i}.png");
            bool right = answer is { Status: 200 }
                ? answer.Body.AsSpan().SequenceEqual(world.Oracle.Pictures[i])
                : answer is { IsProblem: true };
            world.Tally.Check(right, $"a picture of a damaged dataset is given out: {answer?.Status}");
        }
    }
}
