using System.Net;
using System.Text.Json;

namespace CnnService.Benchmarks.Faults;

/// <summary>
/// Follows a run by server-sent events as a browser does: when the stream breaks it connects again and goes on after the last event that it
/// has. It sees to it that numbers have no gap; what it has seen was committed and has to be there for good.
/// </summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource ending = new();
    private readonly World world;
    private readonly Submission run;
    private readonly List<ToldEvent> events = [];
    private readonly Task following;

    /// <summary>Begins to follow.</summary>
    public Follower(World world, Submission run)
    {
        (this.world, this.run) = (world, run);
        following = FollowAsync(ending.Token);
    }

    /// <summary>The run.</summary>
    public Submission Run => run;

    /// <summary>The events that it has seen.</summary>
    public IReadOnlyList<ToldEvent> Events
    {
        get
        {
            lock (events) return [.. events];
        }
    }

    /// <summary>The number of times that the stream broke before the run's end.</summary>
    public int Breaks { get; private set; }

    /// <summary>Waits until the run has told that iteration, or its end.</summary>
    public async Task UntilAsync(long iteration)
    {
        for (long since = Environment.TickCount64; Environment.TickCount64 - since < 1000 * World.HangSeconds; await Task.Delay(5))
        {
            lock (events)
                if (events.Count > 0 && (events[^1].Iteration >= iteration || events[^1].IsLast)) return;
        }

        world.Tally.Report(Wrong.Hang, $"a stream tells nothing of iteration {iteration}");
    }

    /// <summary>Waits for the run's last event.</summary>
    public async Task UntilEndAsync()
    {
        if (await Task.WhenAny(following, Task.Delay(TimeSpan.FromSeconds(World.HangSeconds))) != following)
            world.Tally.Report(Wrong.Hang, "a stream does not end with its run");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await following;
        ending.Dispose();
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (await StreamAsync(cancel)) break;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
            }

            Breaks++;
            await Task.Delay(100, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        http.Dispose(); // and with it the connection
    }

    // Whether the run has ended, or is not there for this client.
    private async Task<bool> StreamAsync(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, world.AddressOf($"/api/runs/{run.Id}/events"));
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (events.Count > 0) request.Headers.Add("Last-Event-ID", $"{events[^1].Sequence}");
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode == HttpStatusCode.NoContent) return true;
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) return false;
        if (!world.Tally.Check(response.IsSuccessStatusCode, $"a stream of events answers {(int)response.StatusCode}"))
            return response.StatusCode < HttpStatusCode.InternalServerError;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is string line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            ToldEvent told = ToldEvent.Of(JsonSerializer.Deserialize<JsonElement>(line["data: ".Length..]));
            Add(told);
            if (told.IsLast) return true;
        }

        return false;
    }

    private void Add(ToldEvent told)
    {
        lock (events)
        {
            long wanted = events.Count + 1;
            Wrong wrong = told.Sequence < wanted ? Wrong.Doubled : Wrong.Lost;
            world.Tally.Check(told.Sequence == wanted, wrong, $"a stream tells event {told.Sequence} where {wanted} follows");
            events.Add(told);
        }
    }
}
