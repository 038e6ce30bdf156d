using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Training.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

public sealed class DatasetsApiTests : IDisposable
{
    private readonly ServiceApplication service = new();
    private readonly HttpClient client;

    public DatasetsApiTests() => client = service.CreateClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Contents => Path.Combine(service.DataDirectory, "datasets");

    [Fact]
    public async Task Shapes_FreshService_IsThere()
    {
        JsonElement shapes = await client.GetJsonAsync("/api/datasets/shapes");
        Assert.Equal(ShapesDataset.DefaultTrainCount, shapes.GetProperty("trainImages").GetInt32());
        Assert.Equal(ShapesDataset.Create().Sha256, shapes.GetProperty("sha256").GetString());
        Assert.False(shapes.TryGetProperty("refused", out _));
    }

    [Fact]
    public async Task List_PageByPage_GivesEachOnceInOrder()
    {
        foreach (string name in (string[])["b", "a", "c-1", "c"]) await client.UploadAsync(name, CatsAndDogs).JsonAsync(HttpStatusCode.Created);
        var names = new List<string>();
        for (string? after = ""; after is not null;)
        {
            JsonElement page = await client.GetJsonAsync($"/api/datasets?limit=2{(after.Length > 0 ? $"&after={after}" : "")}");
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!));
            after = page.TryGetProperty("next", out JsonElement next) ? next.GetString() : null;
        }

        Assert.Equal(["a", "b", "c", "c-1", "shapes"], names);
        Assert.Equal(5, (await client.GetJsonAsync("/api/datasets")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Delete_OneOfTwoNames_KeepsTheSharedContent()
    {
        string sha256 = (await client.UploadAsync("one", CatsAndDogs).JsonAsync(HttpStatusCode.Created)).GetProperty("sha256").GetString()!;
        await client.UploadAsync("two", CatsAndDogs).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/datasets/one", Cancel)).StatusCode);
        Assert.True(File.Exists(Path.Combine(Contents, sha256)));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/datasets/two/images/0.png", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/datasets/two", Cancel)).StatusCode);
        Assert.False(File.Exists(Path.Combine(Contents, sha256)));
        await client.DeleteAsync("/api/datasets/two", Cancel).ProblemAsync(404);
    }

    [Theory]
    [InlineData(RunState.Queued, 409)]
    [InlineData(RunState.Running, 409)]
    [InlineData(RunState.Paused, 409)]
    [InlineData(RunState.Completed, 204)]
    [InlineData(RunState.Failed, 204)]
    [InlineData(RunState.Cancelled, 204)]
    public async Task Delete_WithARun_DependsOnItsState(RunState state, int status)
    {
        string sha256 = (await client.UploadAsync("used", CatsAndDogs).JsonAsync(HttpStatusCode.Created)).GetProperty("sha256").GetString()!;
        await AddRunAsync(state, sha256);

        Assert.Equal(status, (int)(await client.DeleteAsync("/api/datasets/used", Cancel)).StatusCode);
        Assert.Equal(status == 409, File.Exists(Path.Combine(Contents, sha256)));
    }

    [Fact]
    public async Task Load_Content_IsSharedWhileItIsHeld()
    {
        string sha256 = (await client.UploadAsync("held", CatsAndDogs).JsonAsync(HttpStatusCode.Created)).GetProperty("sha256").GetString()!;
        var store = service.Services.GetRequiredService<DatasetStore>();
        Dataset held = store.Load(sha256);
        Assert.Equal(sha256, held.Sha256);
        Assert.Same(held, store.Load(sha256));
    }

    [Fact]
    public async Task Load_DamagedContent_IsNotUsed()
    {
        await client.UploadAsync("damaged", CatsAndDogs).JsonAsync(HttpStatusCode.Created);
        var store = service.Services.GetRequiredService<DatasetStore>();
        string shapes = (await client.GetJsonAsync("/api/datasets/shapes")).GetProperty("sha256").GetString()!;
        byte[] content = await File.ReadAllBytesAsync(Path.Combine(Contents, shapes), Cancel);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(Contents, shapes), content, Cancel);
        Assert.Throws<DamagedContentException>(() => store.Load(shapes));
    }

    [Fact]
    public async Task Restart_KeepsDatasetsAndRemovesWhatACrashLeftInTheSpool()
    {
        string folder = Directory.CreateTempSubdirectory("cnnservice-").FullName;
        string unfinished = Path.Combine(folder, "spool", $"{Guid.CreateVersion7():n}.upload");
        JsonElement before;
        using (var first = new ServiceApplication { Settings = { ["Storage:DataDirectory"] = folder } })
        {
            await first.CreateClient().UploadAsync("kept", CatsAndDogs).JsonAsync(HttpStatusCode.Created);
            before = await first.CreateClient().GetJsonAsync("/api/datasets");
        }

        await File.WriteAllTextAsync(unfinished, "left by a crash", Cancel);
        using (var second = new ServiceApplication { Settings = { ["Storage:DataDirectory"] = folder } })
        {
            Assert.Equal($"{before}", $"{await second.CreateClient().GetJsonAsync("/api/datasets")}");
            Assert.Equal(HttpStatusCode.OK, (await second.CreateClient().GetAsync("/api/datasets/kept/images/3.png", Cancel)).StatusCode);
            Assert.False(File.Exists(unfinished));
        }

        Directory.Delete(folder, recursive: true);
    }

    public void Dispose() => service.Dispose();

    private async Task AddRunAsync(RunState state, string sha256)
    {
        await using ServiceDb db = await service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContextAsync(Cancel);
        db.Add(new RunRow { Id = Guid.CreateVersion7(), Name = "run", State = state, Dataset = "used", DatasetSha256 = sha256, Spec = "{}" });
        await db.SaveChangesAsync(Cancel);
    }
}
