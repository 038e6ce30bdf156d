using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace CnnService.Benchmarks;

/// <summary>
/// How long one caller waits for the service, alone and while a run trains on all cores; one line each: name, answers, median ms, p99 ms,
/// max ms, the p99 that is aimed at.
/// </summary>
internal static class Latency
{
    private const double WarmSeconds = 3, IdleSeconds = 10, TrainingSeconds = 20;
    private const int LiveTarget = 50, PredictTarget = 100; // ms, while training
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5); // between answers, as a caller with other things to do

    /// <summary>Measures and prints; the exit code is 0, whether the targets are met or not.</summary>
    public static async Task<int> RunAsync()
    {
        await using LocalService service = await LocalService.StartAsync();
        await MeasureAsync(service.Client);
        return 0;
    }

    private static async Task MeasureAsync(HttpClient http)
    {
        Guid model = await SubmitAsync(http, epochs: 1);
        while ((await RunOf(http, model)).GetProperty("state").GetString() is "queued" or "running") await Task.Delay(100);
        var caller = new Caller(http, $"/api/runs/{model}/predict", await http.GetByteArrayAsync("/api/datasets/shapes/images/0.png"));

        await caller.CallAsync(WarmSeconds);
        Console.WriteLine($"# CnnService, cores {Environment.ProcessorCount}");
        Report("idle", await caller.CallAsync(IdleSeconds));

        Guid training = await SubmitAsync(http, epochs: 10_000);
        while (!(await RunOf(http, training)).TryGetProperty("imagesPerSecond", out _)) await Task.Delay(100);
        Report("training", await caller.CallAsync(TrainingSeconds));
        Console.WriteLine(FormattableString.Invariant($"# images/s meanwhile {(await RunOf(http, training)).GetProperty("imagesPerSecond").GetDouble():F0}"));
    }

    private static async Task<Guid> SubmitAsync(HttpClient http, int epochs)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync("/api/runs", new { dataset = "shapes", epochs });
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static Task<JsonElement> RunOf(HttpClient http, Guid id) => http.GetFromJsonAsync<JsonElement>($"/api/runs/{id}");

    private static void Report(string state, (List<double> Live, List<double> Predict) waits)
    {
        Report($"{state}/live", waits.Live, LiveTarget);
        Report($"{state}/predict", waits.Predict, PredictTarget);
    }

    private static void Report(string name, List<double> waits, int target)
    {
        waits.Sort();
        Console.WriteLine(FormattableString.Invariant($"{name}\t{waits.Count}\t{waits[waits.Count / 2]:F2}\t{waits[waits.Count * 99 / 100]:F2}\t{waits[^1]:F2}\t{target}"));
    }

    // Asks for the one and the other in turn, over one connection.
    private sealed class Caller(HttpClient http, string predict, byte[] png)
    {
        public async Task<(List<double> Live, List<double> Predict)> CallAsync(double seconds)
        {
            List<double> live = [], predictions = [];
            for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
            {
                live.Add(await TimeAsync(new HttpRequestMessage(HttpMethod.Get, "/healthz/live")));
                predictions.Add(await TimeAsync(new HttpRequestMessage(HttpMethod.Post, predict) { Content = new ByteArrayContent(png) { Headers = { ContentType = new("image/png") } } }));
            }

            return (live, predictions);
        }

        private async Task<double> TimeAsync(HttpRequestMessage request)
        {
            using (request)
            {
                await Task.Delay(Pause);
                long start = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await http.SendAsync(request);
                await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }
    }
}
