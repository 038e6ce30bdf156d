using CnnService.Api.Data;
using CnnService.Api.Models;
using CnnService.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CnnService.Api.Tests.Models;

public sealed class ModelCacheTests(TrainedService service) : IClassFixture<TrainedService>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BestAsync_OverTheByteLimit_DropsTheLeastRecentlyUsed()
    {
        using ModelCache roomy = CreateCache(), tight = CreateCache(byteLimit: 1);

        LoadedModel first = (await roomy.BestAsync(service.Run, Cancel)).Model;
        await roomy.BestAsync(service.PlainRun, Cancel);
        Assert.Equal(2, roomy.Count);
        Assert.Same(first, (await roomy.BestAsync(service.Run, Cancel)).Model);

        LoadedModel dropped = (await tight.BestAsync(service.Run, Cancel)).Model;
        await tight.BestAsync(service.PlainRun, Cancel);
        Assert.Equal(1, tight.Count);
        float[] still = new float[10];
        dropped.Score(service.Dataset.Test[0], still);
        Predictor.ToProbabilities(still, still);
        Assert.Equal(1, still.Sum(), 0.001);
    }

    [Fact]
    public async Task BestAsync_ManyAtOnce_LoadsOnce()
    {
        using ModelCache cache = CreateCache();

        BestModel[] models = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => cache.BestAsync(service.Run, Cancel), Cancel)));

        Assert.Single(models.Select(best => best.Model).Distinct());
    }

    [Fact]
    public async Task BestAsync_StoredContentDamaged_IsNotTheClientsFault()
    {
        var run = Guid.CreateVersion7();
        await service.InsertAsync(run, RunState.Completed, "gone", (WhichParameters.Best, 1, service.Best));
        await using ServiceDb db = service.OpenDatabase();
        long content = await db.Parameters.Where(row => row.Run == db.Runs.Single(r => r.Id == run).Order)
            .Select(row => row.Content).SingleAsync(Cancel);
        byte[] damaged = service.Best.ToArray();
        damaged[^1] ^= 1;
        await db.Pieces.Where(piece => piece.Content == content)
            .ExecuteUpdateAsync(piece => piece.SetProperty(p => p.Bytes, damaged), Cancel);
        await db.Contents.Where(row => row.Key == content)
            .ExecuteUpdateAsync(row => row.SetProperty(r => r.Sha256, "not in the cache"), Cancel);
        using ModelCache cache = CreateCache();

        await Assert.ThrowsAsync<DamagedContentException>(() => cache.BestAsync(run, Cancel));
        Assert.Equal(0, cache.Count);
    }

    private ModelCache CreateCache(long byteLimit = ModelCache.DefaultByteLimit) =>
        new(service.Services.GetRequiredService<ContentStore>(), service.Services.GetRequiredService<BestParameters>(), byteLimit);
}
