using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CnnService.Benchmarks.Faults;

/// <summary>The service over a data directory of its own, the clients' requests to it, and what was acknowledged to them.</summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>Seconds without an answer or progress after which something hangs; a loaded machine does not take so long.</summary>
    public const int HangSeconds = 60;

    private Service? service;
    private Footprint? level;

    private World(string data, Oracle oracle, Tally tally, int seed, string prefix)
    {
        Ledger = new Ledger(prefix);
        (Data, Oracle, Tally, Random) = (data, oracle, tally, new Random(seed));
        Client = new Client(this);
    }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    /// <summary>The right answers.</summary>
    public Oracle Oracle { get; }

    /// <summary>The row in which it is counted.</summary>
    public Tally Tally { get; }

    /// <summary>Chooses moments and places.</summary>
    public Random Random { get; }

    /// <summary>The things that the service has acknowledged.</summary>
    public Ledger Ledger { get; }

    /// <summary>The share of its full size that a heavy fault is to have, over 0 to 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Whether stored content is damaged at the moment, so that answers may say so.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>Whether a run may be paused for its storage and wait for a resume.</summary>
    public bool MayPause { get; set; }

    /// <summary>Sends requests.</summary>
    public Client Client { get; }

    /// <summary>The process.</summary>
    public Service Service => service ?? throw new InvalidOperationException("The service was not started.");

    /// <summary>The followers of the events of runs.</summary>
    public List<Follower> Followers { get; } = [];

    /// <summary>The database file.</summary>
    public string Database => Path.Combine(Data, "cnnservice.db");

    /// <summary>The file of the built-in dataset.</summary>
    public string DatasetFile => Path.Combine(Data, "datasets", Oracle.DatasetSha256);

    /// <summary>A world over a new data directory, for the undisturbed runs.</summary>
    public static World New(string data, Oracle oracle, Tally tally) => new(data, oracle, tally, seed: 0, "undisturbed");

    /// <summary>A world that begins with a copy of the undisturbed runs.</summary>
    public static World Copied(string data, Oracle oracle, Tally tally, int seed, double share)
    {
        foreach (string folder in (string[])["", "datasets", "spool"]) Directory.CreateDirectory(Path.Combine(data, folder));
        foreach (string file in Directory.EnumerateFiles(oracle.Template, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(data, Path.GetRelativePath(oracle.Template, file)));
        return new World(data, oracle, tally, seed, "run") { Share = share };
    }

    /// <summary>Starts the service; whether it listens. That it does not is counted, unless it may end at any moment.</summary>
    public async Task<bool> StartAsync(Launch? launch = null)
    {
        launch ??= new Launch { Threads = Random.Next(1, 3) };
        if (service is not null) await service.DisposeAsync();
        service = await Service.StartAsync(Data, launch);
        if (service.Listens)
        {
            level = null;
            return true;
        }

        if (service.HasEnded)
            Tally.Check(launch.MayEnd, Wrong.Exit, $"the service did not start, exit code {service.ExitCode}: {service.LastLines}");
        else
            Tally.Report(Wrong.Hang, "the service does not listen");
        return false;
    }

    /// <summary>Starts the service if it does not run; an end that nobody wanted is counted.</summary>
    public async Task<bool> EnsureUpAsync()
    {
        CheckAlive();
        return service is { HasEnded: false, Listens: true } || await StartAsync();
    }

    /// <summary>Counts an end of the process that nobody wanted.</summary>
    public void CheckAlive()
    {
        if (service is not { Listens: true }) return;
        bool ended = service.HasEnded && !service.EndIsExpected;
        Tally.Check(!ended, Wrong.Exit, ended ? $"the process ended by itself, exit code {service.ExitCode}: {service.LastLines}" : "");
        if (ended) service.EndIsExpected = true; // it counts once
    }

    /// <summary>An address of the service; where none listens, connecting fails.</summary>
    public Uri AddressOf(string path) =>
        service is { Listens: true } listening ? new Uri(listening.Address, path) : throw new HttpRequestException("Nothing listens.");

    /// <summary>Follows the events of a run, over restarts too.</summary>
    public Follower Follow(Submission run)
    {
        var follower = new Follower(this, run);
        Followers.Add(follower);
        return follower;
    }

    /// <summary>Submits a run and waits until it has come a random part of its way, in which it is then; its follower goes on.</summary>
    public async Task<(Submission Run, Follower Follower)> SubmitAndWaitAsync(double from = 0.1, double to = 0.5)
    {
        Expected expected = Oracle.Runs[Random.Next(Oracle.Runs.Count)];
        Submission run = await SubmitAsync(expected.Spec);
        Follower follower = Follow(run);
        await follower.UntilAsync((long)(expected.Iterations * (from + Random.NextDouble() * (to - from))));
        return (run, follower);
    }

    /// <summary>Submits a run of one of the known specs.</summary>
    public Task<Submission> SubmitAsync() => SubmitAsync(Oracle.Runs[Random.Next(Oracle.Runs.Count)].Spec);

    /// <summary>Submits a run and notes the answer.</summary>
    public async Task<Submission> SubmitAsync(string spec)
    {
        Submission run = Ledger.Submit(spec);
        await AskAsync(run);
        return run;
    }

    /// <summary>Sends a submission, which the service takes once however often it is sent.</summary>
    public async Task<Answer?> AskAsync(Submission run)
    {
        var body = new StringContent(run.Body, Encoding.UTF8, "application/json");
        Answer? answer = await Client.SendAsync(HttpMethod.Post, "/api/runs", body, run.Name);
        if (answer is null) return null;
        if (answer.Status == 202) (run.Id, run.Known) = (answer.Json.GetProperty("id").GetGuid(), Known.Accepted);
        else if (Tally.Check(answer.Status is 503 or 507 or 429, $"a run is not accepted: {answer}")) run.Known = Known.Refused;
        return answer;
    }

    /// <summary>Uploads a small dataset and notes the answer.</summary>
    public async Task<(Upload Upload, Answer? Answer)> UploadAsync()
    {
        Upload upload = Ledger.Upload();
        byte[] file = Archive.Of(Oracle.Pictures, Random.Next());
        using var form = new MultipartFormDataContent
        {
            { new StringContent(upload.Name), "name" },
            { new ByteArrayContent(file), "file", "pictures.zip" },
        };
        Answer? answer = await Client.SendAsync(HttpMethod.Post, "/api/datasets", form);
        if (answer is null) return (upload, null);
        if (answer.Status == 201) (upload.Sha256, upload.Known) = (answer.Json.GetProperty("sha256").GetString(), Known.Accepted);
        else if (Tally.Check(answer.Status is 503 or 507, $"an upload is not accepted: {answer}")) upload.Known = Known.Refused;
        return (upload, answer);
    }

    /// <summary>Deletes a dataset and notes the answer.</summary>
    public async Task DeleteAsync(Upload upload)
    {
        upload.Known = Known.AskedToGo;
        Answer? answer = await Client.SendAsync(HttpMethod.Delete, $"/api/datasets/{upload.Name}");
        if (answer is null) return;
        upload.Known = answer.Status >= 500 ? Known.Accepted : Known.Gone;
        Tally.Check(answer.Status is 204 or >= 500, Wrong.Lost, $"a dataset that was accepted cannot be deleted: {answer}");
    }

    /// <summary>Deletes a run that has ended and notes the answer.</summary>
    public async Task DeleteAsync(Submission run)
    {
        run.Known = Known.AskedToGo;
        Answer? answer = await Client.SendAsync(HttpMethod.Delete, $"/api/runs/{run.Id}");
        if (answer is null) return;
        run.Known = answer.Status >= 500 ? Known.Accepted : Known.Gone;
        Tally.Check(answer.Status is 204 or >= 500, Wrong.Lost, $"a run that was accepted cannot be deleted: {answer}");
    }

    /// <summary>Asks a run for the class of a picture.</summary>
    public Task<Answer?> PredictAsync(Guid run, byte[] picture)
    {
        var content = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        return Client.SendAsync(HttpMethod.Post, $"/api/runs/{run}/predict", content);
    }

    /// <summary>The run as the service shows it; null if it does not answer.</summary>
    public async Task<JsonElement?> LookAsync(Submission run) =>
        await Client.GetAsync($"/api/runs/{run.Id}") is { Status: 200 } answer ? answer.Json : null;

    /// <summary>
    /// Waits for the end of a run. One that paused for its storage is resumed, which counts as a difference where it should go on by
    /// itself; one that makes no progress for <see cref="HangSeconds"/> hangs, and so does one that waits, when what trains before it makes none.
    /// </summary>
    public async Task<JsonElement?> UntilEndedAsync(Submission run)
    {
        if (run.Id is null) return null; // it was not accepted, which was counted
        string before = "";
        for (long since = Environment.TickCount64; Environment.TickCount64 - since < 1000 * HangSeconds;)
        {
            if (!await EnsureUpAsync()) return null;
            Answer? answer = await Client.GetAsync($"/api/runs/{run.Id}");
            if (answer is { Status: 404 })
            {
                Tally.Check(false, Wrong.Lost, $"{run.Name} was accepted and is not there");
                return null;
            }

            if (answer is { Status: 200 })
            {
                JsonElement json = answer.Json;
                string state = json.GetProperty("state").GetString()!;
                if (state is "completed" or "failed" or "cancelled") return json;
                if (state == "paused") await ResumeAsync(run, json);
                string now = $"{state} {json.GetProperty("iteration")} {json.GetProperty("attempts")}";
                if (state == "queued") now += $", behind {await RunningAsync()}";
                if (now != before) (before, since) = (now, Environment.TickCount64);
            }

            await Task.Delay(50);
        }

        Tally.Report(Wrong.Hang, $"{run.Name} stands still: {before}");
        return null;
    }

    private async Task<string> RunningAsync() => await Client.GetAsync("/api/runs?state=running") is { Status: 200 } answer
        ? string.Join(", ", answer.Json.GetProperty("items").EnumerateArray().Select(run => $"{run.GetProperty("name")} {run.GetProperty("iteration")}"))
        : "";

    /// <summary>The process's memory and descriptors are what later checks are compared with.</summary>
    public void MarkLevel() => level = Footprint.Of(Service.Id);

    /// <summary>
    /// Checks that memory and descriptors have come back to the mark; what a client has left behind may take a few seconds.
    /// </summary>
    public async Task CheckLevelAsync()
    {
        if (level is not Footprint before || Footprint.Of(Service.Id) is not Footprint now) return;
        for (int i = 0; i < 50 && !now.IsLevelWith(before); i++)
        {
            await Task.Delay(200);
            now = Footprint.Of(Service.Id) ?? now;
        }

        Tally.Check(now.IsLevelWith(before), $"{before} have become {now}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Follower follower in Followers) await follower.DisposeAsync();
        if (service is not null) await service.DisposeAsync();
        Client.Dispose();
    }

    private async Task ResumeAsync(Submission run, JsonElement paused)
    {
        bool isStorage = paused.TryGetProperty("failure", out JsonElement failure) && failure.GetProperty("code").GetString() == "storage";
        Tally.Check(isStorage && MayPause, $"a run paused by itself and waits to be resumed: {(isStorage ? failure : paused)}");
        await Client.SendAsync(HttpMethod.Post, $"/api/runs/{run.Id}/resume");
    }
}
