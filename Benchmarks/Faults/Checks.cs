using System.Security.Cryptography;
using System.Text.Json;

namespace CnnService.Benchmarks.Faults;

/// <summary>The checks of what has to hold after every fault, when the service runs again.</summary>
internal static class Checks
{
    /// <summary>
    /// Waits for all runs, and compares everything with what was acknowledged and with what is right; the service is stopped at the end.
    /// </summary>
    public static async Task AfterAsync(World world)
    {
        if (!await world.EnsureUpAsync()) return;
        foreach (Submission run in world.Ledger.Runs) await SettleAsync(world, run);
        foreach (Submission run in world.Ledger.Runs.Where(run => run.Known == Known.Accepted)) await CompareAsync(world, run);
        foreach (Follower follower in world.Followers) await CompareAsync(world, follower);
        await EachOnceAsync(world);
        foreach (Upload upload in world.Ledger.Uploads) await LookAsync(world, upload);
        foreach (Expected model in world.Oracle.Runs) await PredictAsync(world, model.Id, model, "a model of before the fault");
        await world.CheckLevelAsync();
        world.CheckAlive();
        if (world.Service.HasEnded) return;
        TimeSpan? stopping = await world.Service.TerminateAsync();
        if (!world.Tally.Check(stopping is not null, Wrong.Hang, $"the service does not stop within {World.HangSeconds} s")) return;
        world.Tally.Check(
            world.Service.ExitCode == 0,
            $"a service that is asked to stop exits with {world.Service.ExitCode}: {world.Service.LastLines}");
        Stored.Check(world);
    }

    // Sends again what was not answered: the key sees to it that it is taken once.
    private static async Task SettleAsync(World world, Submission run)
    {
        if (run.Known == Known.Asked)
        {
            for (int i = 0; i < 20 && run.Known != Known.Accepted; i++)
            {
                await world.AskAsync(run);
                if (run.Known != Known.Accepted) await Task.Delay(500);
            }

            world.Tally.Check(run.Known == Known.Accepted, "a run is not accepted when it is sent again");
        }
        else if (run.Known == Known.AskedToGo)
        {
            run.Known = await world.Client.GetAsync($"/api/runs/{run.Id}") is { Status: 200 } ? Known.Accepted : Known.Gone;
        }
    }

    private static async Task CompareAsync(World world, Submission run)
    {
        if (world.Oracle.Runs.FirstOrDefault(known => known.Spec == run.Spec) is not Expected expected) return;
        if (await world.UntilEndedAsync(run) is not JsonElement ended) return;
        string state = ended.GetProperty("state").GetString()!;
        JsonElement why = ended.TryGetProperty("failure", out JsonElement failure) ? failure : ended;
        if (!world.Tally.Check(state == "completed", $"a run is {state}: {why}")) return;
        world.Tally.Check(
            ended.GetProperty("parametersSha256").GetString() == expected.Sha256,
            "a run has other parameters than the undisturbed one");
        if (await world.Client.GetAsync($"/api/runs/{run.Id}/parameters") is { } file)
            world.Tally.Check(
                Convert.ToHexStringLower(SHA256.HashData(file.Body)) == expected.Sha256,
                "the file of a run's parameters has another hash");
        await CompareEventsAsync(world, run, expected);
        await PredictAsync(world, run.Id!.Value, expected, "a run's model");
    }

    private static async Task CompareEventsAsync(World world, Submission run, Expected expected)
    {
        if (await world.Client.GetAsync($"/api/runs/{run.Id}/events?limit=10000") is not { Status: 200 } answer) return;
        ToldEvent[] told = ToldEvent.ListOf(answer);
        world.Tally.Check(
            told.Select(e => e.Sequence).SequenceEqual(Enumerable.Range(1, told.Length).Select(n => (long)n)),
            Wrong.Lost,
            "the numbers of a run's events have gaps");
        bool hasPaused = told.Any(e => e.IsState("paused"));
        foreach (bool states in (bool[])[false, true])
        {
            if (states && hasPaused) continue;
            string[] ours = [.. told.Where(e => (e.Type == "state") == states).Select(e => e.Text)];
            string[] right = [.. expected.Events.Where(e => (e.Type == "state") == states).Select(e => e.Text)];
            world.Tally.Check(ours.Length >= right.Length, Wrong.Lost, $"a run has {ours.Length} events of {right.Length}");
            world.Tally.Check(ours.Length <= right.Length, Wrong.Doubled, $"a run has {ours.Length} events in place of {right.Length}");
            if (ours.Length == right.Length)
                world.Tally.Check(ours.SequenceEqual(right), "a run has told other events than the undisturbed one");
        }
    }

    private static async Task CompareAsync(World world, Follower follower)
    {
        if (follower.Run.Known != Known.Accepted) return;
        await follower.UntilEndAsync();
        if (await world.Client.GetAsync($"/api/runs/{follower.Run.Id}/events?limit=10000") is not { Status: 200 } answer) return;
        Dictionary<long, string> kept = ToldEvent.ListOf(answer).ToDictionary(e => e.Sequence, e => e.Text);
        ToldEvent? gone = follower.Events.FirstOrDefault(seen => kept.GetValueOrDefault(seen.Sequence) != seen.Text);
        world.Tally.Check(gone is null, Wrong.Lost, $"event {gone?.Sequence} was streamed and is not what is kept");
        world.Tally.Check(
            follower.Events.Count >= kept.Count,
            Wrong.Lost,
            $"a stream has told {follower.Events.Count} of {kept.Count} events");
    }

    private static async Task EachOnceAsync(World world)
    {
        var times = new Dictionary<string, int>();
        string after = "";
        while (true)
        {
            if (await world.Client.GetAsync($"/api/runs?limit=200{after}") is not { Status: 200 } answer) return;
            foreach (JsonElement run in answer.Json.GetProperty("items").EnumerateArray())
            {
                bool isKnown = world.Oracle.Runs.Any(known => known.Id == run.GetProperty("id").GetGuid());
                string name = run.GetProperty("name").GetString()!;
                if (!isKnown) times[name] = times.GetValueOrDefault(name) + 1;
            }

            if (!answer.Json.TryGetProperty("next", out JsonElement next)) break;
            after = $"&after={next.GetString()}";
        }

        foreach (Submission run in world.Ledger.Runs)
        {
            int count = times.GetValueOrDefault(run.Name);
            world.Tally.Check(run.Known != Known.Accepted || count > 0, Wrong.Lost, "a run that was accepted is not in the list");
            world.Tally.Check(run.Known != Known.Gone || count == 0, Wrong.Doubled, "a run that was deleted is in the list");
            world.Tally.Check(count <= 1, Wrong.Doubled, $"a run is {count} times in the list");
        }

        int strangers = times.Keys.Except(world.Ledger.Runs.Select(run => run.Name)).Count();
        world.Tally.Check(strangers == 0, Wrong.Doubled, $"{strangers} runs are in the list that nobody has sent");
    }

    private static async Task LookAsync(World world, Upload upload)
    {
        if (await world.Client.GetAsync($"/api/datasets/{upload.Name}") is not { } answer) return;
        bool isThere = answer.Status == 200;
        world.Tally.Check(upload.Known != Known.Accepted || isThere, Wrong.Lost, $"a dataset that was accepted answers {answer}");
        world.Tally.Check(
            upload.Known is not (Known.Gone or Known.Refused) || !isThere,
            Wrong.Doubled,
            $"a dataset is there that was {(upload.Known == Known.Gone ? "deleted" : "refused")}");
        if (!isThere) return;
        if (upload.Sha256 is not null)
            world.Tally.Check(answer.Json.GetProperty("sha256").GetString() == upload.Sha256, "a dataset has another content");
        Answer? picture = await world.Client.GetAsync($"/api/datasets/{upload.Name}/images/0.png");
        world.Tally.Check(picture is { Status: 200 }, Wrong.Lost, $"a dataset's picture answers {picture}");
    }

    private static async Task PredictAsync(World world, Guid run, Expected expected, string what)
    {
        int picture = world.Random.Next(expected.Predictions.Count);
        string? text = await world.Oracle.PredictionAsync(world, run, picture);
        world.Tally.Check(text == expected.Predictions[picture], $"{what} {(text is null ? "does not predict" : "predicts otherwise")}");
    }
}
