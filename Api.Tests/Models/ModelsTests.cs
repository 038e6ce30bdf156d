using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using CnnService.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SkiaSharp;

namespace CnnService.Api.Tests.Models;

public sealed class ModelsTests(TrainedService service) : IClassFixture<TrainedService>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parameters_BestAndLast_AreTheLibrarysBytes()
    {
        using HttpResponseMessage response = await service.Client.GetAsync($"/api/runs/{service.Run}/parameters", Cancel);
        byte[] best = await response.Content.ReadAsByteArrayAsync(Cancel);

        Assert.Equal(service.Best.ToArray(), best);
        Assert.Equal(best, await service.Client.GetByteArrayAsync($"/api/runs/{service.Run}/parameters?which=best", Cancel));
        Assert.Equal(service.Last.ToArray(), await service.Client.GetByteArrayAsync($"/api/runs/{service.Run}/parameters?which=last", Cancel));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(best))}\"", response.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task Parameters_TagKnown_IsNotModified()
    {
        EntityTagHeaderValue tag = (await service.Client.GetAsync($"/api/runs/{service.Run}/parameters", Cancel)).Headers.ETag!;
        foreach ((string sent, HttpStatusCode status) in ((string, HttpStatusCode)[])[
            ($"\"a\", {tag}", HttpStatusCode.NotModified), ($"W/{tag}", HttpStatusCode.NotModified), ("*", HttpStatusCode.NotModified), ("\"a\"", HttpStatusCode.OK)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{service.Run}/parameters") { Headers = { { "If-None-Match", sent } } };
            using HttpResponseMessage response = await service.Client.SendAsync(request, Cancel);

            Assert.Equal(status, response.StatusCode);
            Assert.Equal(tag, response.Headers.ETag);
            if (status == HttpStatusCode.NotModified) Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    [Fact]
    public async Task Parameters_RangeBehindTheEnd_TellsTheLength()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{service.Run}/parameters") { Headers = { { "Range", "bytes=99999999-" } } };
        using HttpResponseMessage response = await service.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal($"bytes */{service.Best.ToArray().Length}", response.Content.Headers.ContentRange?.ToString());
    }

    // A unit that is not known, a method other than GET, and a date where there is none are as no range (RFC 9110, sections 14.2 and 13.1.5).
    [Theory]
    [InlineData("GET", "lines=0-1", null)]
    [InlineData("HEAD", "bytes=0-9", null)]
    [InlineData("GET", "bytes=0-9", "Thu, 26 Nov 2026 15:00:00 GMT")]
    public async Task Parameters_RangeThatDoesNotCount_IsTheWhole(string method, string range, string? condition)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/runs/{service.Run}/parameters");
        request.Headers.TryAddWithoutValidation("Range", range);
        if (condition is not null) request.Headers.TryAddWithoutValidation("If-Range", condition);
        using HttpResponseMessage response = await service.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(service.Best.ToArray().Length, response.Content.Headers.ContentLength);
        if (method == "GET") Assert.Equal(service.Best.ToArray(), await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=100-", 100, null)]
    [InlineData("bytes=-5", -5, null)]
    public async Task Parameters_Range_IsThatPartOfThem(string range, int from, int? count)
    {
        byte[] whole = service.Best.ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{service.Run}/parameters") { Headers = { { "Range", range } } };
        using HttpResponseMessage response = await service.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        int start = from < 0 ? whole.Length + from : from;
        Assert.Equal(whole[start..(start + (count ?? whole.Length - start))], await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("parameters")]
    [InlineData("filters.png")]
    [InlineData("confusion")]
    public async Task Get_RunUnknownOrWithoutParameters_SaysSo(string what)
    {
        await RefusedAsync($"{Guid.CreateVersion7()}/{what}", HttpStatusCode.NotFound);
        Assert.Contains("paused", await RefusedAsync($"{service.NewRun}/{what}", HttpStatusCode.Conflict), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("filters.png")]
    [InlineData("confusion")]
    public async Task Get_StoredContentThatIsNoModel_IsNotTheClientsFault(string what)
    {
        var run = Guid.CreateVersion7();
        await service.InsertAsync(run, RunState.Completed, service.Dataset.Sha256, (WhichParameters.Best, 1, service.Best));
        await service.Services.GetRequiredService<DatabaseWriter>().WriteAsync(async db =>
        {
            ContentRow content = await ContentStore.AddAsync(db, stream => stream.Write("no model, but the bytes that were stored"u8));
            await db.Parameters.Where(row => row.Run == db.Runs.Single(r => r.Id == run).Order)
                .ExecuteUpdateAsync(row => row.SetProperty(r => r.Content, content.Key), Cancel);
        }, Cancel);

        string detail = await RefusedAsync($"{run}/{what}", HttpStatusCode.InternalServerError);

        Assert.Contains("not a model that this version reads", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_OtherWhich_IsRefused() =>
        Assert.Contains("best or last", await RefusedAsync($"{service.Run}/parameters?which=first", HttpStatusCode.BadRequest), StringComparison.Ordinal);

    [Fact]
    public async Task Filters_OfAConvolution_AreTiles()
    {
        using var picture = SKBitmap.Decode(await service.Client.GetByteArrayAsync($"/api/runs/{service.Run}/filters.png", Cancel));

        Assert.Equal((3 * 36 - 1, 3 * 36 - 1), (picture.Width, picture.Height)); // 8 filters 7x7, each enlarged 5 times, in 3 rows of 3
        SKColor[] tile = [.. Enumerable.Range(0, 49).Select(i => picture.GetPixel(36 + i % 7 * 5, 36 + i / 7 * 5))];
        byte[] levels = [.. tile.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];
        Assert.Equal((0, 255), (levels.Min(), levels.Max()));
        Assert.Equal(new SKColor(0, 0, 0), picture.GetPixel(35, 10));
    }

    [Fact]
    public async Task Filters_WithoutConvolution_IsAConflict() => await RefusedAsync($"{service.PlainRun}/filters.png", HttpStatusCode.Conflict);

    [Fact]
    public async Task Confusion_CompletedRun_AgreesWithItsValidationAccuracy()
    {
        JsonElement confusion = await service.Client.GetFromJsonAsync<JsonElement>($"/api/runs/{service.Run}/confusion", Cancel);

        int[][] counts = confusion.GetProperty("counts").Deserialize<int[][]>()!;
        Assert.Equal(service.Dataset.Labels, confusion.GetProperty("labels").Deserialize<string[]>()!);
        Assert.All(counts, row => Assert.Equal(4, row.Sum())); // the nearest to 0.3 of 12 images
        Assert.Equal(service.BestValidationAccuracy, counts.Select((row, i) => row[i]).Sum() / 40.0);
    }

    [Fact]
    public async Task Confusion_DatasetGone_IsAConflict() =>
        Assert.Contains("deleted", await RefusedAsync($"{service.PlainRun}/confusion", HttpStatusCode.Conflict), StringComparison.Ordinal);

    [Fact]
    public async Task Description_OfPredict_OffersFilesAndForm()
    {
        JsonElement document = await service.Client.GetFromJsonAsync<JsonElement>("/swagger/v1/swagger.json", Cancel);

        JsonElement content = document.GetProperty("paths").GetProperty("/api/runs/{id}/predict").GetProperty("post").GetProperty("requestBody").GetProperty("content");
        Assert.Equal(["image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp", "multipart/form-data"], content.EnumerateObject().Select(type => type.Name).Order());
    }

    private async Task<string> RefusedAsync(string path, HttpStatusCode status)
    {
        using HttpResponseMessage response = await service.Client.GetAsync($"/api/runs/{path}", Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode == status, text);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString()!;
    }
}
