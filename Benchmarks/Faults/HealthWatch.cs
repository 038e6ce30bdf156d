using System.Diagnostics;
using System.Net.Sockets;

namespace CnnService.Benchmarks.Faults;

/// <summary>
/// Asks for the service's health all the time, while a fault goes on that should not be felt. A slow median, or one very slow answer, is a
/// difference. What the machine itself takes at that moment is no fault of the service: it is measured before each question and taken off.
/// Single answers are late on a busy machine all the same, so the worst is shown in the table and judged by people.
/// </summary>
internal sealed class HealthWatch : IAsyncDisposable
{
    private const string Live = "/healthz/live", Ready = "/healthz/ready";
    private const int MedianLimit = 50, WorstLimit = 2000; // ms
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(World.HangSeconds) };
    private readonly CancellationTokenSource ending = new();
    private readonly World world;
    private readonly Task watching;

    /// <summary>Begins to watch.</summary>
    public HealthWatch(World world)
    {
        this.world = world;
        watching = Task.WhenAll(WatchAsync(Live), WatchAsync(Ready));
    }

    /// <summary>Ends, and judges.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await watching;
        http.Dispose();
        ending.Dispose();
    }

    private async Task WatchAsync(string path)
    {
        var waits = new List<double>();
        using var echo = new Echo();
        while (!ending.IsCancellationRequested)
        {
            double machine = await echo.MeasureAsync();
            long start = Stopwatch.GetTimestamp();
            try
            {
                using HttpResponseMessage response = await http.GetAsync(world.AddressOf(path));
                if (path == Live)
                    world.Tally.Check(response.IsSuccessStatusCode, $"{path} answers {(int)response.StatusCode}");
            }
            catch (TaskCanceledException)
            {
                world.Tally.Report(Wrong.Hang, $"{path} has no answer");
            }
            catch (Exception e) when (e is HttpRequestException or SocketException)
            {
                world.Tally.Check(world.Service.HasEnded, $"{path} cannot be asked: {e.Message}");
            }

            waits.Add(Math.Max(0, Stopwatch.GetElapsedTime(start).TotalMilliseconds - machine));
            world.Tally.Health(waits[^1]);
            await Task.Delay(Pause, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        waits.Sort();
        world.Tally.Check(
            waits[waits.Count / 2] < MedianLimit,
            $"{path} takes {waits[waits.Count / 2]:F0} ms in the median of {waits.Count}");
        world.Tally.Check(waits[^1] < WorstLimit, $"{path} takes {waits[^1]:F0} ms once");
    }
}
