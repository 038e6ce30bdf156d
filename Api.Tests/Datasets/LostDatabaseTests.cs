using System.Net;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Datasets;

/// <summary>A data directory whose database is lost, but not the contents of its datasets: nothing is begun anew over them.</summary>
public sealed class LostDatabaseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(folder.Path, "data");

    private string Database => Path.Combine(Data, "cnnservice.db");

    private string Contents => Path.Combine(Data, "datasets");

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("without tables")]
    [InlineData("a link to nothing")]
    public async Task Start_WithoutTheDatabaseOfTheContents_IsRefusedUntilItIsBack(string how)
    {
        await UploadAsync();
        string[] contents = Directory.GetFiles(Contents);
        string backup = Path.Combine(folder.Path, "backup.db");
        File.Move(Database, backup);
        if (how == "empty") await File.WriteAllBytesAsync(Database, [], Cancel);
        if (how == "without tables") await ExecuteAsync("PRAGMA journal_mode = WAL;");
        if (how == "a link to nothing") File.CreateSymbolicLink(Database, Path.Combine(folder.Path, "nothing"));

        await AssertRefusedAsync("restore cnnservice.db", "move the folder datasets away");

        Assert.Equal(contents.Order(), Directory.GetFiles(Contents).Order());
        File.Move(backup, Database, overwrite: true);
        await using ServiceProcess service = await ServiceProcess.StartAsync(Data);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/api/datasets/pets/images/0.png", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Start_WithoutTheDatabaseOfAFileThatNobodyKnows_IsRefused()
    {
        Directory.CreateDirectory(Contents);
        await File.WriteAllTextAsync(Path.Combine(Contents, "notes.txt"), "mine", Cancel);

        await AssertRefusedAsync("move the folder datasets away");

        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(Contents, "notes.txt"), Cancel));
    }

    [Fact]
    public async Task Start_WithoutTheDatabaseOfAWriteAheadLog_IsRefused()
    {
        string log = Database + "-wal";
        await using (ServiceProcess killed = await ServiceProcess.StartAsync(Data)) await killed.KillAsync();
        long length = new FileInfo(log).Length;
        Assert.NotEqual(0, length);
        File.Delete(Database);
        Directory.Delete(Contents, recursive: true);

        await AssertRefusedAsync("cnnservice.db-wal");

        Assert.Equal(length, new FileInfo(log).Length);
    }

    [Fact]
    public async Task Start_WithTheDatasetsMovedAway_BeginsAnew()
    {
        await UploadAsync();
        File.Delete(Database);
        Directory.Move(Contents, Path.Combine(folder.Path, "moved"));

        await using ServiceProcess service = await ServiceProcess.StartAsync(Data);

        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/api/datasets/pets", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/api/datasets/shapes", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Start_WithAnEmptyDatabaseAlone_BeginsAsTheFirstStartDid()
    {
        Directory.CreateDirectory(Data);
        foreach (string file in (string[])[Database, Database + "-wal"]) await File.WriteAllBytesAsync(file, [], Cancel);

        await using ServiceProcess service = await ServiceProcess.StartAsync(Data);

        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/api/datasets/shapes", Cancel)).StatusCode);
    }

    public void Dispose() => folder.Dispose();

    private async Task UploadAsync()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Data);
        await service.Client.UploadAsync("pets", Archives.CatsAndDogs).JsonAsync(HttpStatusCode.Created);
        await service.TerminateAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private async Task AssertRefusedAsync(params string[] words)
    {
        (int exitCode, string errors) = await ServiceProcess.RunAsync(["--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data]);

        Assert.Equal(1, exitCode);
        Assert.Contains(Data, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, errors, StringComparison.Ordinal));
    }
}
