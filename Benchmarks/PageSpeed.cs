using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;

namespace CnnService.Benchmarks;

/// <summary>
/// The curve of a run of 1,000,000 iterations: how fast the service answers, and how fast the page opens, pans and zooms in Chromium; how fast it
/// scrolls over 10,000 pictures; and how much open pages slow a run down. One line each: name, measured, aimed at.
/// </summary>
internal static class PageSpeed
{
    private const int Iterations = 1_000_000, PerEpoch = 500, Asks = 200, Opens = 5;
    private const int Watchers = 5, WatchedRounds = 9;
    private const int Pictures = 10_000, Side = 28;
    private const double PanSeconds = 5, PaceSeconds = 12;
    private const string Chromium = "/usr/bin/chromium"; // Debian's package

    // Presses a key each frame, and counts frames.
    private const string Press = """
        async ([keys, seconds]) => {
          const chart = document.querySelector('[data-windows] [role=img]');
          const begun = performance.now();
          let [frames, longest, last] = [0, 0, begun];
          while (last - begun < 1000 * seconds) {
            chart.dispatchEvent(new KeyboardEvent('keydown', { key: keys[frames % keys.length], bubbles: true, cancelable: true }));
            const now = await new Promise(requestAnimationFrame);
            longest = Math.max(longest, now - last);
            last = now;
            frames++;
          }
          return [frames / ((last - begun) / 1000), longest];
        }
        """;

    // Scrolls a little each frame, down and up again, and counts frames.
    private const string Scroll = """
        async seconds => {
          const begun = performance.now();
          let [frames, longest, last, step] = [0, 0, begun, 40];
          while (last - begun < 1000 * seconds) {
            const before = scrollY;
            scrollBy(0, step);
            if (scrollY === before) step = -step;
            const now = await new Promise(requestAnimationFrame);
            longest = Math.max(longest, now - last);
            last = now;
            frames++;
          }
          return [frames / ((last - begun) / 1000), longest];
        }
        """;

    /// <summary>Measures and prints; the exit code is 0, whether the targets are met or not.</summary>
    public static async Task<int> RunAsync()
    {
        await using LocalService service = await LocalService.StartAsync();
        Guid run = await CreateRunAsync(service);
        Console.WriteLine($"# CnnService, cores {Environment.ProcessorCount}, a run of {Iterations} iterations");
        await MeasureAnswersAsync(service.Client, run);
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        await MeasurePageAsync(browser, AddressOf(service, run));
        await MeasureScrollAsync(browser, service);
        await MeasureWatchedAsync(browser, service);
        return 0;
    }

    // A class that is open, with a tenth of the pictures, among classes of which a row is shown.
    private static async Task MeasureScrollAsync(IBrowser browser, LocalService service)
    {
        using var form = new MultipartFormDataContent { { new StringContent("many"), "name" }, { new ByteArrayContent(Digits()), "file", "many.zip" } };
        using HttpResponseMessage answer = await service.Client.PostAsync("/api/datasets", form);
        answer.EnsureSuccessStatusCode();
        await using IBrowserContext context = await browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(service.Client.BaseAddress!, "/datasets/many?class=5").ToString());
        await page.Locator("img[src^='blob:']").First.WaitForAsync();
        double[] pace = await page.EvaluateAsync<double[]>(Scroll, PanSeconds);
        Report($"scroll over {Pictures} pictures/frames", pace[0], "per s", "30");
        Report($"scroll over {Pictures} pictures/longest frame", pace[1], "ms", "");
    }

    // Noise in the files of MNIST.
    private static byte[] Digits()
    {
        byte[] pixels = new byte[Pictures * Side * Side];
        new Random(1).NextBytes(pixels);
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            Add("train-images-idx3-ubyte", [0x803, Pictures, Side, Side], pixels);
            Add("train-labels-idx1-ubyte", [0x801, Pictures], [.. Enumerable.Range(0, Pictures).Select(i => (byte)(i % 10))]);

            void Add(string name, int[] head, byte[] content)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                Span<byte> number = stackalloc byte[4];
                foreach (int each in head)
                {
                    BinaryPrimitives.WriteInt32BigEndian(number, each);
                    entry.Write(number);
                }

                entry.Write(content);
            }
        }

        return buffer.ToArray();
    }

    // A run with and without pages that are open at it, in turns; the browser works on the same cores.
    private static async Task MeasureWatchedAsync(IBrowser browser, LocalService service)
    {
        using HttpResponseMessage answer = await service.Client.PostAsJsonAsync("/api/runs", new { dataset = "shapes", preset = "balanced", epochs = 1000 });
        Guid run = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await PaceAsync(service.Client, run); // until it is warm
        List<double> more = [], shares = [];
        double before = await PaceAsync(service.Client, run);
        for (int round = 0; round < WatchedRounds; round++)
        {
            double watched = await PaceWatchedAsync(), after = await PaceAsync(service.Client, run);
            more.Add(100 * ((before + after) / 2 / watched - 1)); // a machine that becomes slower does so for both
            before = after;
        }

        more.Sort();
        shares.Sort();
        Report($"training with {Watchers} open pages", more[WatchedRounds / 2], "% slower", "3");
        Report($"training with {Watchers} open pages, half of the rounds from", more[WatchedRounds / 4], "% slower", "");
        Report($"training with {Watchers} open pages, half of the rounds to", more[^(WatchedRounds / 4 + 1)], "% slower", "");
        Report($"processor time of the browser with {Watchers} open pages", shares[WatchedRounds / 2], "% of the cores", "");

        async Task<double> PaceWatchedAsync()
        {
            await using IBrowserContext watching = await browser.NewContextAsync();
            for (int i = 0; i < Watchers; i++) await OpenAsync(await watching.NewPageAsync(), AddressOf(service, run));
            long start = Stopwatch.GetTimestamp();
            TimeSpan used = ProcessorTimeOfBrowsers();
            double pace = await PaceAsync(service.Client, run);
            shares.Add(100 * (ProcessorTimeOfBrowsers() - used) / Stopwatch.GetElapsedTime(start) / Environment.ProcessorCount);
            return pace;
        }

        static TimeSpan ProcessorTimeOfBrowsers() =>
            Process.GetProcessesByName("chromium").Aggregate(TimeSpan.Zero, (sum, process) => sum + process.TotalProcessorTime);
    }

    private static async Task<double> PaceAsync(HttpClient http, Guid run)
    {
        long start = Stopwatch.GetTimestamp(), before = await IterationAsync();
        await Task.Delay(TimeSpan.FromSeconds(PaceSeconds));
        return (await IterationAsync() - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task<long> IterationAsync() => (await http.GetFromJsonAsync<JsonElement>($"/api/runs/{run}")).GetProperty("iteration").GetInt64();
    }

    private static string AddressOf(LocalService service, Guid run) => new Uri(service.Client.BaseAddress!, $"/runs/{run}").ToString();

    private static async Task MeasureAnswersAsync(HttpClient http, Guid run)
    {
        var random = new Random(1);
        List<double> times = [];
        for (int i = 0; i < Asks; i++)
        {
            long from = random.Next(1, Iterations), to = random.Next((int)from, Iterations + 1);
            string range = i % 2 == 0 ? "" : $"&from={from}&to={to}";
            long start = Stopwatch.GetTimestamp();
            await http.GetByteArrayAsync($"/api/runs/{run}/curve?points={(i % 4 < 2 ? 1000 : 2000)}{range}");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.RemoveRange(0, Asks / 10); // methods are compiled in the first ones
        times.Sort();
        Report("curve/median", times[times.Count / 2], "ms", "50");
        Report("curve/p95", times[times.Count * 95 / 100], "ms", "50");
    }

    private static async Task MeasurePageAsync(IBrowser browser, string address)
    {
        List<double> opened = [];
        for (int i = 0; i < Opens; i++)
        {
            await using IBrowserContext fresh = await browser.NewContextAsync(); // with an empty cache
            opened.Add(await OpenAsync(await fresh.NewPageAsync(), address));
        }

        opened.Sort();
        Report("open/median", opened[Opens / 2], "ms", "1000");
        Report("open/worst", opened[^1], "ms", "1000");

        await using IBrowserContext context = await browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        int windows = 0;
        page.Response += async (_, answer) =>
        {
            if (answer.Url.Contains("/curve?", StringComparison.Ordinal)) windows = Math.Max(windows, (await answer.JsonAsync())!.Value.GetProperty("iterations").GetArrayLength());
        };
        await OpenAsync(page, $"{address}?from=400000&to=600000");
        foreach ((string name, string[] keys) in ((string, string[])[])[("pan", ["ArrowRight", "ArrowRight", "ArrowLeft"]), ("zoom", ["+", "+", "-"])])
        {
            double[] pace = await page.EvaluateAsync<double[]>(Press, new object[] { keys, PanSeconds });
            Report($"{name}/frames", pace[0], "per s", "30");
            Report($"{name}/longest frame", pace[1], "ms", "");
        }

        Report("windows of an answer", windows, "", "2000");
    }

    private static async Task<double> OpenAsync(IPage page, string address)
    {
        await page.GotoAsync(address);
        await page.Locator("[data-windows] canvas").WaitForAsync();
        return await page.EvaluateAsync<double>("() => new Promise(drawn => requestAnimationFrame(() => drawn(performance.now())))");
    }

    // The rows of a run that has trained, with a million more iterations as a worker would have told them.
    private static async Task<Guid> CreateRunAsync(LocalService service)
    {
        using HttpResponseMessage answer = await service.Client.PostAsJsonAsync("/api/runs", new { dataset = "shapes", epochs = 1 });
        Guid id = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        while ((await service.Client.GetFromJsonAsync<JsonElement>($"/api/runs/{id}")).GetProperty("state").GetString() is "queued" or "running") await Task.Delay(100);

        await using var db = new SqliteConnection($"Data Source={Path.Combine(service.DataDirectory, "cnnservice.db")};Pooling=False");
        await db.OpenAsync();
        await using var transaction = (SqliteTransaction)await db.BeginTransactionAsync();
        await ExecuteAsync(db, transaction, "DELETE FROM Events WHERE Type <> 'State'; DELETE FROM LossWindows; UPDATE Events SET Sequence = Sequence + 9000000 WHERE Sequence > 2");
        await FillAsync(db, transaction);
        await ExecuteAsync(db, transaction, $"UPDATE Runs SET Iteration = {Iterations}, TotalIterations = {Iterations}, Epoch = {Iterations / PerEpoch}");
        await transaction.CommitAsync();
        return id;
    }

    private static async Task FillAsync(SqliteConnection db, SqliteTransaction transaction)
    {
        await using SqliteCommand iteration = Prepare(
            "INSERT INTO Events (Run, Sequence, Type, Iteration, Epoch, LossBits, LearningRate, At) VALUES (1, $a, 'Iteration', $b, $c, $d, 0.001, '2026-01-01')");
        await using SqliteCommand epoch = Prepare(
            "INSERT INTO Events (Run, Sequence, Type, Iteration, Epoch, TrainAccuracy, ValidationAccuracy, At) VALUES (1, $a, 'Epoch', $b, $c, $d, 0.5, '2026-01-01')");
        await using SqliteCommand window = Prepare("INSERT INTO LossWindows (Run, Level, Number, MinBits, MaxBits, SumBits) VALUES (1, $a, $b, $c, $d, $e)");
        var random = new Random(1);
        double[] losses = [.. Enumerable.Range(1, Iterations).Select(i => 2.3 / (1 + i / 50_000.0) + random.NextDouble() / 5)];
        long sequence = 2;
        for (int i = 1; i <= Iterations; i++)
        {
            await RunAsync(iteration, ++sequence, i, (i - 1) / PerEpoch + 1, BitConverter.DoubleToInt64Bits(losses[i - 1]));
            if (i % PerEpoch == 0) await RunAsync(epoch, ++sequence, i, i / PerEpoch, 1 - 0.5 / (1 + i / 100_000.0));
        }

        foreach ((int level, int width) in ((int, int)[])[(1, 16), (2, 256), (3, 4096)])
        {
            foreach ((int number, double[] part) in losses.Chunk(width).Index().Where(part => part.Item.Length == width))
                await RunAsync(window, level, number, BitConverter.DoubleToInt64Bits(part.Min()), BitConverter.DoubleToInt64Bits(part.Max()), BitConverter.DoubleToInt64Bits(part.Sum()));
        }

        SqliteCommand Prepare(string text)
        {
            var command = new SqliteCommand(text, db, transaction);
            foreach (string name in (string[])["$a", "$b", "$c", "$d", "$e"])
                if (text.Contains(name, StringComparison.Ordinal)) command.Parameters.Add(new SqliteParameter { ParameterName = name });
            return command;
        }
    }

    private static async Task RunAsync(SqliteCommand command, params object[] values)
    {
        foreach ((int i, object value) in values.Index()) command.Parameters[i].Value = value;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(SqliteConnection db, SqliteTransaction transaction, string text)
    {
        await using var command = new SqliteCommand(text, db, transaction);
        await command.ExecuteNonQueryAsync();
    }

    private static void Report(string name, double value, string unit, string aim) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}\t{value:F1} {unit}\t{aim}"));
}
