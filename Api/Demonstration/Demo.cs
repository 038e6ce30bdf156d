using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Api.Runs;
using CnnService.Training.Datasets;
using Microsoft.Extensions.Options;

namespace CnnService.Api.Demonstration;

/// <summary>What <c>--demo</c> shows: a run on shapes through the service's own HTTP API, live, and a prediction.</summary>
internal sealed class Demo(HttpClient http, DatasetStore datasets, TextWriter output)
{
    private const int Picture = 7; // any picture of the test part
    private const int BarWidth = 24;
    private static readonly RunSpec Spec = new() { Name = "demo", Dataset = ShapesDataset.Name, Epochs = 12, BatchSize = 50 };

    /// <summary>Starts the service, shows the demo, and goes on serving unless <paramref name="exit"/>; the exit code.</summary>
    public static async Task<int> ShowAsync(WebApplication app, bool exit)
    {
        await app.StartAsync();
        string address = app.Urls.First();
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        if (app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.ApiKey is { Length: > 0 } key) http.DefaultRequestHeaders.Add("X-Api-Key", key);
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        try
        {
            Guid run = await new Demo(http, app.Services.GetRequiredService<DatasetStore>(), Console.Out).RunAsync(stopping);
            await Console.Out.WriteLineAsync($"The page of the run: {address}/runs/{run}");
            await Console.Out.WriteLineAsync($"Swagger UI: {address}/swagger");
            if (!exit && !Console.IsOutputRedirected) OpenPage($"{address}/runs/{run}");
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever it failed by, it was ended with the service.
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
        {
            throw new StartupException($"The demo did not work: {e.Message}");
        }

        if (exit) await app.StopAsync(CancellationToken.None);
        else await app.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }

    /// <summary>Runs it, and gives the id of its run; an <see cref="InvalidOperationException"/> says what did not work.</summary>
    public async Task<Guid> RunAsync(CancellationToken cancel)
    {
        Run run = await SubmitAsync(cancel);
        await output.WriteLineAsync($"POST /api/runs: run {run.Id} trains {Spec.Epochs} epochs on {run.Dataset}.");
        await FollowAsync(run, cancel);
        run = (await http.GetFromJsonAsync<Run>($"/api/runs/{run.Id}", ApiJson.Options, cancel))!;
        if (run.State != RunState.Completed) throw new InvalidOperationException($"The run is {run.State}: {run.Failure?.Message}");
        await output.WriteLineAsync(Invariant($"Validation accuracy {run.BestValidationAccuracy:F4}, test accuracy {run.TestAccuracy:F4}."));
        await PredictAsync(run, cancel);
        return run.Id;
    }

    private static void OpenPage(string address)
    {
        try
        {
            Process.Start(new ProcessStartInfo(address) { UseShellExecute = true })?.Dispose();
        }
        catch (Win32Exception)
        {
            // There is no browser; the address stands above.
        }
    }

    private async Task<Run> SubmitAsync(CancellationToken cancel)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync("/api/runs", Spec, ApiJson.Options, cancel);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException(await response.Content.ReadAsStringAsync(cancel));
        return (await response.Content.ReadFromJsonAsync<Run>(ApiJson.Options, cancel))!;
    }

    private async Task FollowAsync(Run run, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run.Id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        RunEvent? accuracies = null;
        while (await reader.ReadLineAsync(cancel) is string line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            RunEvent item = JsonSerializer.Deserialize<RunEvent>(line["data: ".Length..], ApiJson.Options)!;
            if (item.Type == EventType.Epoch) accuracies = item;
            if (item.Type == EventType.Iteration) await ShowAsync(run, item, accuracies, cancel);
        }

        if (!Console.IsOutputRedirected) await output.WriteLineAsync();
    }

    // A line that is drawn over on a terminal, and a line per epoch elsewhere.
    private async Task ShowAsync(Run run, RunEvent item, RunEvent? accuracies, CancellationToken cancel)
    {
        long perEpoch = run.TotalIterations / Spec.Epochs;
        bool endsEpoch = item.Iteration % perEpoch == 0;
        if (!endsEpoch && (Console.IsOutputRedirected || item.Iteration % 10 != 0)) return;
        Run now = (await http.GetFromJsonAsync<Run>($"/api/runs/{run.Id}", ApiJson.Options, cancel))!;
        string bar = new string('#', (int)(BarWidth * item.Iteration!.Value / run.TotalIterations)).PadRight(BarWidth, '.');
        string pace = now.ImagesPerSecond is double rate ? Invariant($"{rate:N0} images/s  {now.SecondsLeft:F0} s left") : "done"; // the run may end before its last event is shown
        string line = Invariant($"[{bar}] epoch {item.Epoch}/{Spec.Epochs}  loss {item.Loss:F4}  validation accuracy {accuracies?.ValidationAccuracy:F4}  {pace}");
        if (Console.IsOutputRedirected) await output.WriteLineAsync(line);
        else await output.WriteAsync($"\r{line}  ");
    }

    private async Task PredictAsync(Run run, CancellationToken cancel)
    {
        byte[] png = await http.GetByteArrayAsync($"/api/datasets/{run.Dataset}/images/{Picture}.png?part=test", cancel);
        using var body = new ByteArrayContent(png);
        body.Headers.ContentType = new("image/png");
        using HttpResponseMessage response = await http.PostAsync($"/api/runs/{run.Id}/predict?topK=3", body, cancel);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancel));
        JsonElement prediction = answer.RootElement.GetProperty("predictions")[0];
        Dataset dataset = datasets.Load(run.DatasetSha256);
        await output.WriteLineAsync(Invariant(
            $"POST /api/runs/{run.Id}/predict: test picture {Picture} is \"{prediction.GetProperty("label").GetString()}\" with probability {prediction.GetProperty("probability").GetDouble():F3}; it shows \"{dataset.Labels[dataset.Test.Labels[Picture]]}\"."));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
