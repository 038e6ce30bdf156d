using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Models;
using CnnService.Api.Pictures;
using CnnService.Api.Tests.Pictures;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Layers;
using CnnService.Training.Running;
using CnnService.Training.Tensors;
using Microsoft.EntityFrameworkCore;
using SkiaSharp;

namespace CnnService.Api.Tests.Models;

public sealed class PredictTests(TrainedService service) : IClassFixture<TrainedService>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_ScoresThatGiveEqualProbabilities_TakesTheHighestScore()
    {
        var prediction = PicturePrediction.Of(null, [0.25f, MathF.BitIncrement(0.25f)], ["cats", "dogs"], topK: 2);

        Assert.Equal(prediction.Top[0].Probability, prediction.Top[1].Probability); // as they are rounded
        Assert.Equal(("dogs", 1), (prediction.Label, prediction.ClassIndex));
    }

    [Fact]
    public async Task Predict_Png_EqualsTheLibraryBitForBit()
    {
        byte[] pixels = service.Dataset.Test[3].ToArray();

        JsonElement answer = await AnswerAsync(service.Run, OneOf(PictureEncoder.ToPng(pixels, service.Dataset.Shape)), "?topK=10");

        float[] expected = new float[10];
        using var predictor = new Predictor(service.Best);
        predictor.Predict(pixels, expected);
        Assert.Equal(service.Run, answer.GetProperty("runId").GetGuid());
        Assert.Equal(service.BestIteration, answer.GetProperty("iteration").GetInt64());
        JsonElement prediction = Assert.Single(answer.GetProperty("predictions").EnumerateArray());
        Assert.Equal(["classIndex", "label", "probability", "top"], prediction.EnumerateObject().Select(field => field.Name).Order());
        JsonElement[] top = [.. prediction.GetProperty("top").EnumerateArray()];
        Assert.Equal(10, top.Length);
        Assert.All(top, entry => Assert.Equal(expected[entry.GetProperty("classIndex").GetInt32()], entry.GetProperty("probability").GetSingle()));
        Assert.All(top, entry => Assert.Equal(service.Dataset.Labels[entry.GetProperty("classIndex").GetInt32()], entry.GetProperty("label").GetString()));
        Assert.Equal(expected.OrderDescending(), top.Select(entry => entry.GetProperty("probability").GetSingle()));
        Assert.Equal(top[0].GetProperty("label").GetString(), prediction.GetProperty("label").GetString());
        Assert.Equal(top[0].GetProperty("classIndex").GetInt32(), prediction.GetProperty("classIndex").GetInt32());
        Assert.Equal(top[0].GetProperty("probability").GetSingle(), prediction.GetProperty("probability").GetSingle());
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("image/webp")]
    [InlineData("image/bmp")]
    [InlineData("image/gif")]
    [InlineData("IMAGE/PNG; a=b")]
    public async Task Predict_EveryPictureType_Answers(string type)
    {
        byte[] file = type switch
        {
            "image/jpeg" => PictureFiles.Encoded(SKEncodedImageFormat.Jpeg, PictureFiles.Colours),
            "image/webp" => PictureFiles.Encoded(SKEncodedImageFormat.Webp, PictureFiles.Colours),
            "image/bmp" => PictureFiles.Bmp(PictureFiles.Colours),
            "image/gif" => PictureFiles.Gif(1, 2),
            _ => PictureFiles.Png(0, PictureFiles.Greys),
        };

        JsonElement answer = await AnswerAsync(service.Run, OneOf(file, type));

        Assert.Equal(5, answer.GetProperty("predictions")[0].GetProperty("top").GetArrayLength());
    }

    [Fact]
    public async Task Predict_SamePixelsInOtherForms_IsTheSame()
    {
        byte[] grey = PictureFiles.Greys, opaque = [.. Enumerable.Repeat((byte)255, 1024)];
        string expected = await TextAsync(service.Run, OneOf(PictureFiles.Bmp(PictureFiles.Tripled(grey))));

        Assert.Equal(expected, await TextAsync(service.Run, OneOf(PictureFiles.Png(0, grey))));
        Assert.Equal(expected, await TextAsync(service.Run, OneOf(PictureFiles.Png(6, PictureFiles.Interleave(grey, grey, grey, opaque)))));
    }

    [Fact]
    public async Task Predict_GreyModel_SeesTheWeightedSum()
    {
        byte[][] images = [.. Enumerable.Range(0, 20).Select(i => PictureFiles.Greys.Select(v => (byte)(v * i)).ToArray())];
        var dataset = new Dataset(["even", "odd"], new ImageSet(new Shape(1, 32, 32), images.Select(image => new ReadOnlyMemory<byte>(image)), images.Select((_, i) => i % 2)));
        using var trainer = new Trainer(new TrainingSpec { Model = new LayerList { Layers = [new Affine()] }, BatchSize = 4 }, dataset, threads: 1);
        var run = Guid.CreateVersion7();
        await service.InsertAsync(run, RunState.Completed, dataset.Sha256, (WhichParameters.Best, 1, trainer.BestModel()));

        JsonElement top = (await AnswerAsync(run, OneOf(PictureFiles.Bmp(PictureFiles.Colours)))).GetProperty("predictions")[0].GetProperty("top");

        float[] expected = new float[2];
        using var predictor = new Predictor(trainer.BestModel());
        predictor.Predict(PictureDecoder.Decode(PictureFiles.Bmp(PictureFiles.Colours), "a", Fitting.Strict).ToChannels(1), expected);
        Assert.All(top.EnumerateArray(), entry => Assert.Equal(expected[entry.GetProperty("classIndex").GetInt32()], entry.GetProperty("probability").GetSingle()));
    }

    [Fact]
    public async Task Predict_Several_EqualsEachAlone()
    {
        byte[][] files = [.. Enumerable.Range(0, 70).Select(i => PictureEncoder.ToPng(service.Dataset.Train[i], service.Dataset.Shape))];

        JsonElement answer = await AnswerAsync(service.Run, FormOf([.. files.Select((file, i) => ($"{i}.png", file))]));

        JsonElement[] predictions = [.. answer.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(Enumerable.Range(0, 70).Select(i => $"{i}.png"), predictions.Select(prediction => prediction.GetProperty("file").GetString()));
        foreach (int i in (int[])[0, 31, 32, 69])
        {
            JsonElement alone = await AnswerAsync(service.Run, OneOf(files[i]));
            Assert.Equal(alone.GetProperty("predictions")[0].GetProperty("top").GetRawText(), predictions[i].GetProperty("top").GetRawText());
        }
    }

    [Theory]
    [InlineData("?topK=1", 1)]
    [InlineData("", 5)]
    [InlineData("?topK=11", 10)]
    [InlineData("?topK=2000000000", 10)]
    public async Task Predict_TopK_IsTheNumberOfClassesUpToAll(string query, int count) =>
        Assert.Equal(count, (await AnswerAsync(service.Run, OneOf(PictureFiles.Gif(1)), query)).GetProperty("predictions")[0].GetProperty("top").GetArrayLength());

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Predict_TopKBelowOne_IsRefused(int topK) =>
        await RefusedAsync(service.Run, OneOf(PictureFiles.Gif(1)), HttpStatusCode.BadRequest, "topK", $"?topK={topK}");

    [Fact]
    public async Task Predict_OtherSize_NeedsResize()
    {
        byte[] file = PictureFiles.Png(0, new byte[64 * 48], width: 64, height: 48);

        Assert.Contains("64x48", await RefusedAsync(service.Run, OneOf(file), HttpStatusCode.BadRequest, "body"), StringComparison.Ordinal);
        await AnswerAsync(service.Run, OneOf(file), "?resize=true");
    }

    [Fact]
    public async Task Predict_TooManyPixelsTogether_IsTooLarge()
    {
        byte[] largest = PictureFiles.Png(0, new byte[4096 * 4096], width: 4096, height: 4096);

        Assert.Contains("268,435,456", await RefusedAsync(
            service.Run, FormOf([.. Enumerable.Repeat(((string?)null, largest), 17)]), HttpStatusCode.RequestEntityTooLarge, query: "?resize=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_OneUnreadableOfSeveral_IsNamed()
    {
        byte[] good = PictureFiles.Gif(1);

        Assert.Contains("bad.gif", await RefusedAsync(service.Run, FormOf(("a.gif", good), ("bad.gif", good[..90])), HttpStatusCode.BadRequest, "bad.gif"), StringComparison.Ordinal);
        await RefusedAsync(service.Run, FormOf((null, good), (null, [1, 2])), HttpStatusCode.BadRequest, "file[1]");
    }

    [Fact]
    public async Task Predict_NumberOfParts_IsOneToAThousand()
    {
        byte[] file = PictureFiles.Png(0, new byte[1024]);
        JsonElement answer = await AnswerAsync(service.Run, FormOf([.. Enumerable.Repeat(((string?)"a.png", file), 1000)]), "?topK=1");

        Assert.Equal(1000, answer.GetProperty("predictions").GetArrayLength());
        await RefusedAsync(service.Run, FormOf([.. Enumerable.Repeat(((string?)"a.png", file), 1001)]), HttpStatusCode.BadRequest, "file");
        await RefusedAsync(service.Run, FormOf(), HttpStatusCode.BadRequest, "file");
    }

    [Fact]
    public async Task Predict_UnknownPart_IsRefused()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(PictureFiles.Gif(1)), "picture", "a.gif" } };

        await RefusedAsync(service.Run, form, HttpStatusCode.BadRequest, "picture");
    }

    [Theory]
    [InlineData("image/jpg")]
    [InlineData("image/pjpeg")]
    [InlineData("image/x-png")]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task Predict_AnyPictureType_LooksAtTheBytes(string? type)
    {
        using HttpResponseMessage answer = await service.Client.PostAsync($"/api/runs/{service.Run}/predict", OneOf(PictureFiles.Gif(1), type), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/pdf")]
    [InlineData("application/json")]
    public async Task Predict_OtherContentType_IsUnsupported(string type) =>
        Assert.Contains("image/png", await RefusedAsync(service.Run, OneOf(PictureFiles.Gif(1), type), HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);

    [Theory]
    [InlineData("multipart/form-data", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=x", HttpStatusCode.BadRequest)]
    public async Task Predict_MalformedForm_IsRefused(string type, HttpStatusCode status) => await RefusedAsync(service.Run, OneOf(PictureFiles.Gif(1), type), status);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Predict_BodyOverTheLimit_IsTooLarge(bool saysItsLength)
    {
        var body = new MemoryStream(new byte[10 * 1024 * 1024 + 1]);
        using var content = new StreamContent(saysItsLength ? body : PipeReader.Create(body).AsStream());
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");

        Assert.Contains("10 megabytes", await RefusedAsync(service.Run, content, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_RunUnknownOrWithoutParameters_SaysSo()
    {
        await RefusedAsync(Guid.CreateVersion7(), OneOf(PictureFiles.Gif(1)), HttpStatusCode.NotFound);
        Assert.Contains("paused", await RefusedAsync(service.NewRun, OneOf(PictureFiles.Gif(1)), HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_ParametersChange_UsesTheOnesStoredLast()
    {
        var run = Guid.CreateVersion7();
        await service.InsertAsync(run, RunState.Paused, service.Dataset.Sha256, (WhichParameters.Best, 1, service.Best));
        string before = await TextAsync(run, OneOf(PictureFiles.Gif(1)));
        await using (ServiceDb db = service.OpenDatabase())
        {
            ParametersRow other = await db.Parameters.SingleAsync(row => row.Run == db.Runs.Single(r => r.Id == service.PlainRun).Order, Cancel);
            await db.Parameters.Where(row => row.Run == db.Runs.Single(r => r.Id == run).Order).ExecuteUpdateAsync(
                row => row.SetProperty(r => r.Content, other.Content).SetProperty(r => r.Iteration, 9), Cancel);
        }

        JsonElement after = await AnswerAsync(run, OneOf(PictureFiles.Gif(1)));

        Assert.Equal(9, after.GetProperty("iteration").GetInt64());
        Assert.NotEqual(before, after.GetRawText());
    }

    [Fact]
    public async Task Predict_RunDeletedAfterItPredicted_IsNotFound()
    {
        var run = Guid.CreateVersion7();
        await service.InsertAsync(run, RunState.Completed, service.Dataset.Sha256, (WhichParameters.Best, 1, service.Best));
        await TextAsync(run, OneOf(PictureFiles.Gif(1)));
        (await service.Client.DeleteAsync($"/api/runs/{run}", Cancel)).EnsureSuccessStatusCode();

        await RefusedAsync(run, OneOf(PictureFiles.Gif(1)), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Predict_ManyDifferentAtOnce_EachGetsItsOwnAnswer()
    {
        byte[][] files = [.. Enumerable.Range(0, 100).Select(i => PictureEncoder.ToPng(service.Dataset.Train[i], service.Dataset.Shape))];
        var alone = new List<string>();
        foreach (byte[] file in files) alone.Add(await TextAsync(service.Run, OneOf(file)));

        Assert.Equal(alone, await Task.WhenAll(files.Select(file => Task.Run(() => TextAsync(service.Run, OneOf(file)), Cancel))));
    }

    [Fact]
    public async Task PredictAsync_CallersThatGoAway_HoldUpNobody()
    {
        using var model = new LoadedModel(service.Best);
        using var desk = new Desk();
        using var gone = new CancellationTokenSource();
        byte[] image = service.Dataset.Train[0].ToArray();
        float[] expected = await model.ScoreAsync([image], null, desk, Cancel);
        using var blocker = new ManualResetEventSlim();
        Task Block() => Task.Run(() => desk.DoAsync(() => blocker.Wait(HangGuard.Limit, Cancel), Cancel), Cancel);
        Task[] blocked = [.. Enumerable.Range(0, Desk.Places).Select(_ => Block())];

        Task<float[]>[] leaving = [.. Enumerable.Range(0, 50).Select(_ => Task.Run(() => model.ScoreAsync([image], null, desk, gone.Token), Cancel))];
        Task<float[]> staying = Task.Run(() => model.ScoreAsync([image], null, desk, Cancel), Cancel);
        await gone.CancelAsync();
        blocker.Set();

        Assert.Equal(expected, await staying);
        await Task.WhenAll(blocked);
        await Task.WhenAll(leaving).ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default); // some went in time, some got an answer
        Assert.All(leaving, task => Assert.True(task.IsCanceled || task.Result.SequenceEqual(expected)));
    }

    [Fact]
    public async Task Predict_ManyAtOnce_AnswerTheSame()
    {
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => TextAsync(service.Run, OneOf(PictureFiles.Bmp(PictureFiles.Colours)))));

        Assert.Single(answers.Distinct());
    }

    private static ByteArrayContent OneOf(byte[] file, string? type = "image/png")
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private static MultipartFormDataContent FormOf(params (string? Name, byte[] Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach ((string? name, byte[] content) in files)
            if (name is null) form.Add(new ByteArrayContent(content), "file");
            else form.Add(new ByteArrayContent(content), "file", name);
        return form;
    }

    private async Task<string> TextAsync(Guid run, HttpContent content, string query = "")
    {
        using HttpResponseMessage response = await service.Client.PostAsync($"/api/runs/{run}/predict{query}", content, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    private async Task<JsonElement> AnswerAsync(Guid run, HttpContent content, string query = "") => JsonDocument.Parse(await TextAsync(run, content, query)).RootElement;

    private async Task<string> RefusedAsync(Guid run, HttpContent content, HttpStatusCode status, string? field = null, string query = "")
    {
        using HttpResponseMessage response = await service.Client.PostAsync($"/api/runs/{run}/predict{query}", content, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == status, text);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        if (field is not null) Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);
        return problem.GetProperty("detail").GetString()!;
    }
}
