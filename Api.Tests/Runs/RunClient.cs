using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;

namespace CnnService.Api.Tests.Runs;

/// <summary>The runs' endpoints as a test calls them.</summary>
internal sealed class RunClient(HttpClient http)
{
    /// <summary>A spec of a small and quick run: 36 iterations an epoch on shapes.</summary>
    public static string Small(int epochs = 1, string more = "") =>
        $$"""{"dataset":"shapes","epochs":{{epochs}},"model":{"type":"three-layer-conv-net","filters":2,"filterSize":3,"hiddenUnits":8,"weightScale":0.05}{{(more.Length > 0 ? "," : "")}}{{more}}}""";

    /// <summary>A spec of a run of 36 million iterations, whose end no test sees: what is to meet a run in its midst meets it.</summary>
    public static string Endless => Small(10_000, """ "batchSize":1 """);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The client behind it.</summary>
    public HttpClient Http => http;

    /// <summary>POST /api/runs.</summary>
    public async Task<HttpResponseMessage> PostAsync(string json, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request, Cancel);
    }

    /// <summary>POST /api/runs that must be accepted.</summary>
    public async Task<Run> SubmitAsync(string json)
    {
        HttpResponseMessage response = await PostAsync(json);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return await ReadAsync<Run>(response);
    }

    /// <summary>POST /api/runs/{id}/{verb}.</summary>
    public Task<HttpResponseMessage> DoAsync(Guid id, string verb) => http.PostAsync($"/api/runs/{id}/{verb}", null, Cancel);

    /// <summary>GET /api/runs/{id}.</summary>
    public async Task<Run> GetAsync(Guid id) => (await http.GetFromJsonAsync<Run>($"/api/runs/{id}", ApiJson.Options, Cancel))!;

    /// <summary>A page of events.</summary>
    public async Task<Page<RunEvent>> EventsAsync(Guid id, long after = 0, int limit = 10_000) =>
        (await http.GetFromJsonAsync<Page<RunEvent>>($"/api/runs/{id}/events?after={after}&limit={limit}", ApiJson.Options, Cancel))!;

    /// <summary>All events by server-sent events, until the stream ends.</summary>
    public async Task<List<RunEvent>> StreamAsync(Guid id, long after = 0)
    {
        using HttpResponseMessage response = await FollowAsync(id, after);
        var events = new List<RunEvent>();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        while (await reader.ReadLineAsync(Cancel) is string line)
            if (line.StartsWith("data: ", StringComparison.Ordinal)) events.Add(JsonSerializer.Deserialize<RunEvent>(line["data: ".Length..], ApiJson.Options)!);
        return events;
    }

    /// <summary>The events as server-sent events.</summary>
    public async Task<HttpResponseMessage> FollowAsync(Guid id, long after = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{id}/events?after={after}");
        request.Headers.Accept.ParseAdd("text/event-stream");
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    /// <summary>Follows the events, all of them or those after a sequence, until the run enters that state.</summary>
    public async Task<Run> UntilAsync(Guid id, RunState state, long after = 0)
    {
        bool entered = await EntersAsync(id, state, after);
        Run run = await GetAsync(id);
        Assert.True(entered, $"The run ended {run.State} ({run.Failure}) and never was {state}.");
        return run;
    }

    /// <summary>Follows the events until the run enters that state, or ends without it.</summary>
    public async Task<bool> EntersAsync(Guid id, RunState state, long after = 0)
    {
        using HttpResponseMessage response = await FollowAsync(id, after);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        string wanted = $"\"state\":\"{JsonNamingPolicy.CamelCase.ConvertName($"{state}")}\"";
        while (await reader.ReadLineAsync(Cancel) is string line)
            if (line.Contains(wanted, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>Follows the events until one more iteration was told than when it is called.</summary>
    public async Task UntilNextIterationAsync(Guid id)
    {
        long after = 0;
        while (await EventsAsync(id, after) is { Items: [.., RunEvent last] }) after = last.Sequence;
        using HttpResponseMessage response = await FollowAsync(id, after);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        while (await reader.ReadLineAsync(Cancel) is string line)
            if (line.Contains("\"type\":\"iteration\"", StringComparison.Ordinal)) return; // or the run has ended
    }

    /// <summary>
    /// A run that was paused in its midst, and the same one undisturbed and completed; of twice the epochs until the request has met it
    /// there.
    /// </summary>
    public async Task<(Run Whole, Run Paused)> PauseInItsMidstAsync(Func<int, string> spec, int epochs)
    {
        for (; ; epochs *= 2)
        {
            Run whole = await SubmitAsync(spec(epochs)), run = await SubmitAsync(spec(epochs));
            await UntilAsync(run.Id, RunState.Running);
            await DoAsync(run.Id, "pause");
            if (await EntersAsync(run.Id, RunState.Paused)) return (await UntilAsync(whole.Id, RunState.Completed), await GetAsync(run.Id));
        }
    }

    /// <summary>Waits until a run runs no more.</summary>
    public async Task<Run> UntilStoppedAsync(Guid id)
    {
        using CancellationTokenSource limit = HangGuard.Start();
        while (true)
        {
            Run run = await GetAsync(id);
            if (run.State is not (RunState.Running or RunState.Queued)) return run;
            await Task.Delay(10, limit.Token); // between two looks; no test judges by it
        }
    }

    /// <summary>The body as T.</summary>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<T>(ApiJson.Options, Cancel))!;
}
