using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Hosting;
using CnnService.Api.Models;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Pictures;
using CnnService.Api.Tests.Runs;
using CnnService.Training;
using CnnService.Training.Datasets;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace CnnService.Api.Tests;

/// <summary>From an archive to probabilities, over a real socket.</summary>
public sealed class EndToEndTests
{
    private const int Pixels = 3 * 32 * 32, Classes = 10;
    private const string Archive = "cifar-10-binary.tar.gz";

    private static readonly string[] Names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cifar_FromUploadToPrediction_AllClientsSeeTheSameAndTheLibraryAgrees()
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        var client = new RunClient(service.Client);

        DatasetDescription dataset = await UploadAsync(service.Client, "small-cifar", new MemoryStream(SmallArchive()));
        Assert.Equal((300, 50, 3), (dataset.TrainImages, dataset.TestImages, dataset.Channels));
        Assert.Equal(Names, dataset.Classes.Select(counts => counts.Label));
        Run queued = await client.SubmitAsync(RunClient.Small(5, """ "batchSize":5,"regularization":0.01 """).Replace("shapes", "small-cifar", StringComparison.Ordinal));

        List<RunEvent> watched = await WatchAsync(service, queued);
        Run run = await client.GetAsync(queued.Id);
        Assert.Equal((RunState.Completed, dataset.Sha256), (run.State, run.DatasetSha256));
        Assert.Equal(await PagedAsync(client, run.Id, limit: 7), watched, SameEvents.Comparer);
        Assert.Equal(await client.StreamAsync(run.Id), watched, SameEvents.Comparer);
        Assert.Equal(Enumerable.Range(1, watched.Count).Select(n => (long)n), watched.Select(e => e.Sequence));
        Assert.Equal(Enumerable.Range(1, (int)run.TotalIterations).Select(n => (long?)n), watched.Where(e => e.Type == EventType.Iteration).Select(e => e.Iteration));

        await AssertPredictionsAsync(service.Client, run, Model.Read(await DownloadAsync(service.Client, run)));
    }

    [Fact]
    public async Task Upload_OfTheWholeOfCifar10_IsWhatTheLibraryReadsAndTrains()
    {
        string? archive = FindArchive();
        Assert.SkipWhen(archive is null, $"{Archive} is not in the folder that CNN_DATA names, nor in shared/data beside the repository.");
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        var client = new RunClient(service.Client);

        DatasetDescription dataset;
        await using (FileStream file = File.OpenRead(archive!)) dataset = await UploadAsync(service.Client, "cifar-10", file);
        Dataset read = Dataset.Open(archive!);
        Assert.Equal((read.Sha256, read.Train.Count, read.Test.Count), (dataset.Sha256, dataset.TrainImages, dataset.TestImages));
        Assert.Equal(Names, dataset.Classes.Select(counts => counts.Label));
        byte[] last = await service.Client.GetByteArrayAsync($"/api/datasets/cifar-10/images/{read.Test.Count - 1}.png?part=test", Cancel);
        Assert.Equal(read.Test[read.Test.Count - 1].ToArray(), PictureDecoder.Decode(last, "last", Fitting.Strict).ToChannels(3));

        Run queued = await client.SubmitAsync("""
            {"dataset":"cifar-10","epochs":1,"batchSize":500,"model":{"type":"layers","layers":[{"type":"max-pool","size":4},{"type":"affine"}]}}
            """);
        Run run = await client.UntilAsync(queued.Id, RunState.Completed);
        Assert.Equal((dataset.TrainImages * 9L / 10 / 500, 1), (run.Iteration, run.Epoch));
        Assert.InRange(run.TestAccuracy!.Value, 0.15, 1); // chance is 0.1
    }

    [Theory]
    [InlineData("/api/runs", "application/json", 200_000, HttpStatusCode.Accepted)]
    [InlineData("/api/runs", "application/json", 300_000, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/api/datasets", "multipart/form-data; boundary=x", 2_000_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Post_LongBody_IsTakenUpToTheLimitOfItsAddress(string address, string type, int length, HttpStatusCode expected)
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path, "--Uploads:DatasetMegabytes", "1");
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Headers.ExpectContinue = true; // a refusal comes before the body, which nobody reads
        request.Content = new StringContent("""{"dataset":"shapes","epochs":1}""".PadRight(length)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

        using HttpResponseMessage response = await service.Client.SendAsync(request, Cancel);

        Assert.Equal(expected, response.StatusCode);
        if (expected != HttpStatusCode.Accepted) Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Submit_EmptyIdempotencyKey_IsRefusedAndNotSharedByAll()
    {
        using var folder = new TemporaryFolder();
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);

        using HttpResponseMessage response = await new RunClient(service.Client).PostAsync(RunClient.Small(), key: "");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Idempotency-Key", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    /// <summary>Every event over the hub, from a late start, with two connections that break off and one that stays.</summary>
    private static async Task<List<RunEvent>> WatchAsync(ServiceProcess service, Run run)
    {
        await new RunClient(service.Client).UntilAsync(run.Id, RunState.Running);
        var watched = new List<RunEvent>();
        foreach (int untilCount in (int[])[4, 60, int.MaxValue])
        {
            await using HubConnection hub = new HubConnectionBuilder()
                .WithUrl(new Uri(service.Client.BaseAddress!, "/hubs/runs"))
                .AddJsonProtocol(options => ApiJson.Configure(options.PayloadSerializerOptions))
                .WithServerTimeout(HangGuard.Limit)
                .Build();
            hub.HandshakeTimeout = HangGuard.Limit;
            await hub.StartAsync(Cancel);
            await foreach (RunEvent item in hub.StreamAsync<RunEvent>("Watch", run.Id, watched.Count == 0 ? 0 : watched[^1].Sequence, Cancel))
            {
                watched.Add(item);
                if (watched.Count >= untilCount) break;
            }
        }

        return watched;
    }

    private static async Task<List<RunEvent>> PagedAsync(RunClient client, Guid id, int limit)
    {
        var all = new List<RunEvent>();
        for (string? after = "0"; after is not null;)
        {
            Page<RunEvent> page = await client.EventsAsync(id, long.Parse(after), limit);
            Assert.InRange(page.Items.Count, page.Next is null ? 0 : limit, limit);
            all.AddRange(page.Items);
            after = page.Next;
        }

        return all;
    }

    private static async Task<byte[]> DownloadAsync(HttpClient http, Run run)
    {
        var address = new Uri($"/api/runs/{run.Id}/parameters", UriKind.Relative);
        using HttpResponseMessage response = await http.GetAsync(address, Cancel);
        byte[] content = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal($"\"{run.ParametersSha256}\"", response.Headers.ETag!.Tag);
        Assert.Equal(run.ParametersSha256, Convert.ToHexStringLower(SHA256.HashData(content)));

        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag);
        using HttpResponseMessage unchanged = await http.SendAsync(again, Cancel);
        Assert.Equal((HttpStatusCode.NotModified, 0), (unchanged.StatusCode, (await unchanged.Content.ReadAsByteArrayAsync(Cancel)).Length));
        return content;
    }

    private static async Task AssertPredictionsAsync(HttpClient http, Run run, Model model)
    {
        Assert.Equal(Names, model.Labels);
        byte[] png = PictureFiles.Png(2, PictureFiles.Interleave(PictureFiles.Plane(Image(7), 0), PictureFiles.Plane(Image(7), 1), PictureFiles.Plane(Image(7), 2)));
        byte[] jpeg = PictureFiles.Encoded(SKEncodedImageFormat.Jpeg, Image(8), quality: 90);
        (string File, string Type, byte[] Content)[] pictures = [("a.png", "image/png", png), ("b.jpg", "image/jpeg", jpeg), ("c.bmp", "image/bmp", PictureFiles.Bmp(Image(9)))];
        float[][] expected = [.. pictures.Select(picture => Probabilities(model, picture.Content))];

        using var form = new MultipartFormDataContent();
        foreach ((string file, string type, byte[] content) in pictures) form.Add(Body(content, type), "file", file);
        Prediction batch = await PredictAsync(http, run, form);
        Assert.Equal((run.Id, run.BestIteration!.Value), (batch.RunId, batch.Iteration));
        Assert.Equal(pictures.Select(picture => picture.File), batch.Predictions.Select(prediction => prediction.File));
        for (int i = 0; i < pictures.Length; i++)
        {
            PicturePrediction alone = Assert.Single((await PredictAsync(http, run, Body(pictures[i].Content, pictures[i].Type))).Predictions);
            Assert.Null(alone.File);
            foreach (PicturePrediction prediction in (PicturePrediction[])[alone, batch.Predictions[i]])
            {
                Assert.Equal(expected[i].Select(BitConverter.SingleToInt32Bits), prediction.Top.OrderBy(top => top.ClassIndex).Select(top => BitConverter.SingleToInt32Bits(top.Probability)));
                Assert.Equal((prediction.Top[0].Label, expected[i].Max()), (prediction.Label, prediction.Probability));
            }
        }
    }

    private static float[] Probabilities(Model model, byte[] picture)
    {
        float[] probabilities = new float[Classes];
        using var predictor = new Predictor(model);
        predictor.Predict(PictureDecoder.Decode(picture, "picture", Fitting.Strict).ToChannels(3), probabilities);
        return probabilities;
    }

    private static async Task<Prediction> PredictAsync(HttpClient http, Run run, HttpContent body)
    {
        using HttpResponseMessage response = await http.PostAsync($"/api/runs/{run.Id}/predict?topK={Classes}", body, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await RunClient.ReadAsync<Prediction>(response);
    }

    private static async Task<DatasetDescription> UploadAsync(HttpClient http, string name, Stream archive)
    {
        using var form = new MultipartFormDataContent { { new StringContent(name), "name" }, { new StreamContent(archive), "file", Archive } };
        using HttpResponseMessage response = await http.PostAsync("/api/datasets", form, Cancel);
        Assert.Equal((HttpStatusCode.Created, $"/api/datasets/{name}"), (response.StatusCode, response.Headers.Location?.ToString()));
        Assert.Equal(0, (await RunClient.ReadAsync<JsonElement>(response)).GetProperty("refusedCount").GetInt32());
        return (await http.GetFromJsonAsync<DatasetDescription>(response.Headers.Location, ApiJson.Options, Cancel))!;
    }

    private static ByteArrayContent Body(byte[] content, string type) => new(content) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    /// <summary>The layout of the published archive with 300 training and 50 test records.</summary>
    private static byte[] SmallArchive()
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            Add("batches.meta.txt", System.Text.Encoding.ASCII.GetBytes(string.Join('\n', Names) + "\n\n"));
            Add("data_batch_1.bin", Records(0, 150));
            Add("data_batch_2.bin", Records(150, 150));
            Add("test_batch.bin", Records(300, 50));

            void Add(string name, byte[] bytes) =>
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"cifar-10-batches-bin/{name}") { DataStream = new MemoryStream(bytes) });
        }

        return content.ToArray();
    }

    private static byte[] Records(int first, int count) => [.. Enumerable.Range(first, count).SelectMany(index => (byte[])[(byte)(index % Classes), .. Image(index)])];

    /// <summary>A picture whose brightness tells its class, under noise.</summary>
    private static byte[] Image(int index)
    {
        var noise = new Random(index);
        return [.. Enumerable.Range(0, Pixels).Select(_ => (byte)(index % Classes * 20 + noise.Next(60)))];
    }

    private static string? FindArchive()
    {
        string? repository = AppContext.BaseDirectory;
        while (repository is not null && !File.Exists(Path.Combine(repository, "Directory.Build.props"))) repository = Path.GetDirectoryName(repository);
        string?[] folders = [Environment.GetEnvironmentVariable("CNN_DATA"), repository is null ? null : Path.Combine(repository, "..", "shared", "data")];
        return folders.OfType<string>().Select(folder => Path.Combine(folder, Archive)).FirstOrDefault(File.Exists);
    }
}
