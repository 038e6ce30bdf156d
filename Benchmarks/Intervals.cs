using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using CnnService.Training.Presets;

namespace CnnService.Benchmarks;

/// <summary>
/// Whether the interval that POST /api/runs/preflight tells for a run's end holds what the run then takes, for every preset on every dataset; one line
/// each: preset, dataset, epochs, seconds from the request to the end, the interval, whether it holds. A last line counts those that do.
/// </summary>
internal static class Intervals
{
    /// <summary>Runs the command; the exit code is 0, or 2 for arguments that cannot be used.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        int? epochs = null;
        if (args is ["--epochs", string number, ..] && int.TryParse(number, CultureInfo.InvariantCulture, out int given)) (epochs, args) = (given, args[2..]);
        if (args.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
        {
            Console.Error.WriteLine($"There is no {missing}. usage: preflight [--epochs N] [PATH ...]");
            return 2;
        }

        await using LocalService service = await LocalService.StartAsync();
        Console.WriteLine($"# CnnService, cores {Environment.ProcessorCount}");
        List<string> datasets = ["shapes"];
        foreach (string path in args) datasets.Add(await UploadAsync(service.Client, path, $"dataset-{datasets.Count}"));
        int held = 0, all = 0;
        foreach (string dataset in datasets)
        {
            foreach (Preset preset in Preset.All)
            {
                string from = dataset == "shapes" ? dataset : Path.GetFileName(args[datasets.IndexOf(dataset) - 1].TrimEnd('/'));
                held += await HoldsAsync(service.Client, preset.Name, dataset, from, epochs) ? 1 : 0;
                all++;
            }
        }

        Console.WriteLine($"# {held} of {all} intervals held");
        return 0;
    }

    private static async Task<bool> HoldsAsync(HttpClient http, string preset, string dataset, string from, int? epochs)
    {
        object spec = epochs is null ? new { dataset, preset } : new { dataset, preset, epochs };
        JsonElement told = await PostAsync(http, "/api/runs/preflight", spec);
        (double low, double high) = (told.GetProperty("secondsToEnd").GetProperty("low").GetDouble(), told.GetProperty("secondsToEnd").GetProperty("high").GetDouble());
        long begun = Stopwatch.GetTimestamp();
        JsonElement run = await PostAsync(http, "/api/runs", spec);
        string address = $"/api/runs/{run.GetProperty("id").GetString()}";
        while (run.GetProperty("state").GetString() is "queued" or "running")
        {
            await Task.Delay(100);
            run = await http.GetFromJsonAsync<JsonElement>(address);
        }

        if (run.GetProperty("state").GetString() != "completed") throw new InvalidOperationException($"The run ended otherwise: {run}");
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        bool holds = low <= seconds && seconds <= high;
        int of = run.GetProperty("spec").GetProperty("epochs").GetInt32();
        Console.WriteLine(FormattableString.Invariant($"{preset}\t{from}\t{of}\t{seconds:F1}\t{low:F1} to {high:F1}\t{(holds ? "yes" : "no")}"));
        return holds;
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string address, object body)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync(address, body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    // A folder is packed.
    private static async Task<string> UploadAsync(HttpClient http, string path, string name)
    {
        var packed = new MemoryStream();
        if (Directory.Exists(path)) ZipFile.CreateFromDirectory(path, packed, CompressionLevel.Fastest, includeBaseDirectory: false);
        byte[] content = packed.Length > 0 ? packed.ToArray() : await File.ReadAllBytesAsync(path);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(name), "name" }, { new ByteArrayContent(content), "file", Path.GetFileName(path.TrimEnd('/')) },
        };
        using HttpResponseMessage answer = await http.PostAsync("/api/datasets", form);
        return answer.IsSuccessStatusCode ? name : throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }
}
