using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using CnnService.Api.Datasets;
using CnnService.Api.Runs;
using CnnService.Api.Tests.Runs;
using CnnService.Training.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>
/// A dataset whose file is lost or damaged: no run is lost with it, everyone is told what helps, and all goes on when it is back.
/// </summary>
public sealed class DamagedContentTests : IAsyncDisposable
{
    private const string Lost = "lost", Truncated = "truncated", Lengthened = "lengthened", Flipped = "one bit flipped", Empty = "empty";
    private const string Folder = "a folder", Unreadable = "unreadable";
    private const string RefuseRows = "CREATE TRIGGER refuse BEFORE INSERT ON Datasets BEGIN SELECT RAISE(ABORT, 'no'); END";

    // Enough pictures for a run of six iterations an epoch.
    private static readonly byte[] Pets =
        Zip([.. Enumerable.Range(0, 60).Select(i => ($"{(i % 2 == 0 ? "cats" : "dogs")}/{i:d2}.png", Colour(i)))]);

    private readonly ServiceApplication service = new();
    private readonly HttpClient http;
    private readonly RunClient client;

    public DamagedContentTests() => client = new RunClient(http = service.CreateClient());

    public static TheoryData<string> Damages => [Lost, Truncated, Lengthened, Flipped, Empty, Folder, Unreadable];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Lost)]
    [InlineData(Flipped)]
    [InlineData(Unreadable)]
    public async Task Run_OnADamagedDataset_IsPausedAndGoesOnWhenTheFileIsBack(string damage)
    {
        string file = await UploadAsync("pets");
        (Run whole, Run run) = await client.PauseInItsMidstAsync(epochs => Spec(epochs), 300);
        byte[] content = await DamageAsync(file, damage);

        Run paused = await ResumeAsync(run.Id, RunState.Paused);

        Assert.Equal("storage", paused.Failure?.Code);
        AssertHelps(paused.Failure!.Message, file);
        Assert.Equal((run.Iteration, 1), (paused.Iteration, await CheckpointsAsync()));
        PutBack(file, content);
        Run completed = await ResumeAsync(run.Id, RunState.Completed);
        Assert.Equal((whole.ParametersSha256, null), (completed.ParametersSha256, completed.Failure));
        Assert.Single((await client.EventsAsync(run.Id)).Items, e => e.Type == EventType.Iteration && e.Iteration == run.Iteration);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Requests_OnADamagedDataset_AreToldWhatHelps(string damage)
    {
        string file = await UploadAsync("pets");
        Run run = await client.UntilAsync((await client.SubmitAsync(Spec(1))).Id, RunState.Completed);
        byte[] content = await DamageAsync(file, damage);

        AssertHelps(await client.PostAsync(Spec(1)).ProblemAsync(409, "dataset"), file);
        AssertHelps(await http.GetAsync("/api/datasets/pets/images/0.png", Cancel).ProblemAsync(500), file);
        AssertHelps(await http.GetAsync($"/api/runs/{run.Id}/confusion", Cancel).ProblemAsync(500), file);
        Assert.Equal(1, (await http.GetJsonAsync("/api/runs")).GetProperty("items").GetArrayLength());

        PutBack(file, content);
        await AssertWorksAsync("pets", run.Id);
    }

    [Theory]
    [InlineData("pets", Lost)]
    [InlineData("copy", Lost)]
    [InlineData("pets", Truncated)]
    [InlineData("pets", Flipped)]
    [InlineData("copy", Flipped)]
    [InlineData("pets", Folder)]
    [InlineData("pets", Unreadable)]
    [InlineData("copy", Unreadable)]
    public async Task Upload_OfTheSameDataset_RepairsItsContent(string name, string damage)
    {
        string file = await UploadAsync("pets");
        JsonElement before = await http.GetJsonAsync("/api/datasets/pets");
        Run run = await client.UntilAsync((await client.SubmitAsync(Spec(1))).Id, RunState.Completed);
        byte[] content = await DamageAsync(file, damage);

        Assert.Equal(file, await UploadAsync(name));

        Assert.Equal(content, await File.ReadAllBytesAsync(file, Cancel));
        Assert.Equal($"{before}", $"{await http.GetJsonAsync("/api/datasets/pets")}");
        foreach (string known in (string[])["pets", name]) await AssertWorksAsync(known, run.Id);
        if (damage != Folder) return;
        string[] notes = Directory.GetFiles(Path.GetDirectoryName(file)!, "notes.txt", SearchOption.AllDirectories);
        Assert.Equal("mine", await File.ReadAllTextAsync(Assert.Single(notes), Cancel));
    }

    [Fact]
    public async Task Upload_OfAnotherDatasetUnderTheNameOfADamagedOne_IsRefused()
    {
        string file = await UploadAsync("pets");
        byte[] content = await DamageAsync(file, Truncated);

        Assert.Contains("\"pets\"", await http.UploadAsync("pets", CatsAndDogs).ProblemAsync(409, "name"), StringComparison.Ordinal);

        Assert.Equal(content[..^1], await File.ReadAllBytesAsync(file, Cancel));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(file)!).Length); // this one and the built-in one
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_WhoseRowIsRefused_LeavesOnlyContentsThatOthersNeed(bool needed)
    {
        string file = await UploadAsync("pets");
        if (needed) File.Delete(file);
        else await http.DeleteAsync("/api/datasets/pets", Cancel);
        await using (ServiceDb db = Open())
            await db.Database.ExecuteSqlRawAsync(RefuseRows, Cancel);

        await http.UploadAsync("copy", Pets).ProblemAsync(500);

        Assert.Equal(needed, File.Exists(file));
        Assert.Empty(Directory.GetFiles(Path.Combine(service.DataDirectory, "spool")));
    }

    [Fact]
    public async Task Upload_WhoseRowIsRefused_LeavesAContentThatWasThereBefore()
    {
        string file = await UploadAsync("pets");
        await using (ServiceDb db = Open())
        {
            await db.Datasets.Where(row => row.Name == "pets").ExecuteDeleteAsync(Cancel); // as in an older copy of the database
            await db.Database.ExecuteSqlRawAsync(RefuseRows, Cancel);
        }

        await http.UploadAsync("copy", Pets).ProblemAsync(500);

        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task Submit_FileThatHasNotChanged_IsNotReadAgain()
    {
        string file = await UploadAsync("pets");
        DateTime written = File.GetLastWriteTimeUtc(file);
        byte[] content = await DamageAsync(file, Flipped);
        File.SetLastWriteTimeUtc(file, written); // a fault of the disk changes no time

        // The built-in images take the place of those that the upload left in memory.
        service.Services.GetRequiredService<DatasetStore>().Load(ShapesDataset.Create().Sha256);
        Run run = await client.SubmitAsync(Spec(1)); // the file looks as it did when it was verified
        AssertHelps((await client.UntilAsync(run.Id, RunState.Paused)).Failure!.Message, file); // a run reads it
        await client.PostAsync(Spec(1)).ProblemAsync(409, "dataset"); // and from then on it is known

        await File.WriteAllBytesAsync(file, content, Cancel);
        File.SetLastWriteTimeUtc(file, written);
        await client.PostAsync(Spec(1)).ProblemAsync(409, "dataset"); // nothing shows a change
        File.SetLastWriteTimeUtc(file, written.AddSeconds(1));
        await client.UntilAsync((await client.SubmitAsync(Spec(1))).Id, RunState.Completed);
    }

    [Fact]
    public async Task Submit_RepeatedAfterTheDamage_GivesTheRunThatWasAccepted()
    {
        string file = await UploadAsync("pets");
        Run run = await RunClient.ReadAsync<Run>(await client.PostAsync(Spec(1), "key"));
        await client.UntilAsync(run.Id, RunState.Completed);
        await DamageAsync(file, Flipped);

        Assert.Equal(run.Id, (await RunClient.ReadAsync<Run>(await client.PostAsync(Spec(1), "key"))).Id);
        await client.PostAsync(Spec(1), "another").ProblemAsync(409, "dataset");
    }

    [Fact]
    public async Task Start_WithAFileDamagedWhileTheServiceWasDown_PausesTheQueuedRun()
    {
        using var folder = new TemporaryFolder();
        string file;
        Guid whole, id;
        await using (ServiceProcess first = await ServiceProcess.StartAsync(folder.Path))
        {
            var runs = new RunClient(first.Client);
            file = Path.Combine(folder.Path, "datasets", await UploadAsync(first.Client, "pets"));
            whole = (await runs.SubmitAsync(Spec(300))).Id;
            await runs.UntilAsync(whole, RunState.Completed);
            id = (await runs.SubmitAsync(Spec(300))).Id;
            await first.KillAsync();
        }

        byte[] content = await DamageAsync(file, Flipped);
        await using ServiceProcess second = await ServiceProcess.StartAsync(folder.Path);
        var client = new RunClient(second.Client);
        Run paused = await client.UntilAsync(id, RunState.Paused);
        AssertHelps(paused.Failure!.Message, file);
        AssertHelps(await client.PostAsync(Spec(1)).ProblemAsync(409, "dataset"), file); // nothing was known of the file at the start

        PutBack(file, content);
        await client.DoAsync(id, "resume");
        Run completed = await client.UntilAsync(id, RunState.Completed);
        Assert.Equal((await client.GetAsync(whole)).ParametersSha256, completed.ParametersSha256);
        Assert.Equal(RunsTests.Told(await IterationsAsync(client, whole)), RunsTests.Told(await IterationsAsync(client, id)), SameEvents.Comparer);
    }

    [Theory]
    [InlineData(Lost)]
    [InlineData(Flipped)]
    public async Task Start_WithTheBuiltInDatasetDamaged_DrawsItAgain(string damage)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "datasets", ShapesDataset.Create().Sha256);
        await using (ServiceProcess first = await ServiceProcess.StartAsync(folder.Path)) await first.TerminateAsync();
        byte[] content = await DamageAsync(file, damage);

        await using ServiceProcess second = await ServiceProcess.StartAsync(folder.Path);

        Assert.Equal(content, await File.ReadAllBytesAsync(file, Cancel));
    }

    [Fact]
    public async Task Submit_OnTheBuiltInDatasetDamaged_NamesTheRemedyThatItHas()
    {
        File.Delete(Path.Combine(service.DataDirectory, "datasets", ShapesDataset.Create().Sha256));

        string detail = await client.PostAsync(RunClient.Small()).ProblemAsync(409, "dataset");

        Assert.Contains("start the service again", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAFileLost_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string sha256;
        await using (ServiceProcess first = await ServiceProcess.StartAsync(folder.Path))
        {
            sha256 = await UploadAsync(first.Client, "pets");
            await first.TerminateAsync();
        }

        File.Delete(Path.Combine(folder.Path, "datasets", sha256));
        await using ServiceProcess second = await ServiceProcess.StartAsync(folder.Path);
        await second.TerminateAsync();

        string told = Assert.Single(second.Output.Split('\n'), line => line.Contains(sha256, StringComparison.Ordinal));
        Assert.Contains("warn:", told, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    private static string Spec(int epochs, string dataset = "pets") =>
        RunClient.Small(epochs, """ "batchSize":9 """).Replace("\"shapes\"", $"\"{dataset}\"", StringComparison.Ordinal);

    private static void AssertHelps(string message, string file)
    {
        Assert.Contains("\"pets\"", message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(file), message, StringComparison.Ordinal);
        Assert.Contains("upload the same dataset again", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.DirectorySeparatorChar, message);
    }

    private static async Task<byte[]> DamageAsync(string file, string damage)
    {
        byte[] content = await File.ReadAllBytesAsync(file, Cancel), flipped = [.. content];
        flipped[content.Length / 2] ^= 1;
        File.Delete(file);
        if (damage == Truncated) await File.WriteAllBytesAsync(file, content[..^1], Cancel);
        if (damage == Lengthened) await File.WriteAllBytesAsync(file, [.. content, 0], Cancel);
        if (damage == Flipped) await File.WriteAllBytesAsync(file, flipped, Cancel);
        if (damage == Empty) await File.WriteAllBytesAsync(file, [], Cancel);
        if (damage == Folder)
        {
            Directory.CreateDirectory(file);
            await File.WriteAllTextAsync(Path.Combine(file, "notes.txt"), "mine", Cancel);
        }

        if (damage == Unreadable) File.CreateSymbolicLink(file, "/proc/self/mem"); // reading its first byte is EIO, as of a disk that fails
        return content;
    }

    private static void PutBack(string file, byte[] content)
    {
        if (Directory.Exists(file)) Directory.Delete(file, recursive: true);
        File.Delete(file);
        File.WriteAllBytes(file, content);
    }

    private async Task<Run> ResumeAsync(Guid id, RunState until)
    {
        long before = (await client.EventsAsync(id)).Items[^1].Sequence;
        await client.DoAsync(id, "resume");
        return await client.UntilAsync(id, until, before);
    }

    private static async Task<IEnumerable<RunEvent>> IterationsAsync(RunClient client, Guid id) =>
        (await client.EventsAsync(id)).Items.Where(e => e.Type != EventType.State);

    private static async Task<string> UploadAsync(HttpClient http, string name) =>
        (await http.UploadAsync(name, Pets).JsonAsync(HttpStatusCode.Created)).GetProperty("sha256").GetString()!;

    private async Task<string> UploadAsync(string name) => Path.Combine(service.DataDirectory, "datasets", await UploadAsync(http, name));

    private async Task AssertWorksAsync(string dataset, Guid run)
    {
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"/api/datasets/{dataset}/images/0.png", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"/api/runs/{run}/confusion", Cancel)).StatusCode);
        await client.UntilAsync((await client.SubmitAsync(Spec(1, dataset))).Id, RunState.Completed);
    }

    private async Task<int> CheckpointsAsync()
    {
        await using ServiceDb db = Open();
        return await db.Checkpoints.CountAsync(Cancel);
    }

    private ServiceDb Open() => service.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContext();
}
