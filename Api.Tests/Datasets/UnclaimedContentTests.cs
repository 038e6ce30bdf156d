using System.Net;
using System.Text.Json;
using CnnService.Api.Data;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>
/// Files of the data directory that no row names: what the service has not written stays, and lost contents stay for a month.
/// </summary>
public sealed class UnclaimedContentTests : IDisposable
{
    private const int DaysKept = 30;
    private static readonly string Orphan = new('a', 64);
    private readonly TemporaryFolder folder = new();

    public UnclaimedContentTests()
    {
        foreach (string part in (string[])["datasets", "spool"]) Directory.CreateDirectory(Path.Combine(folder.Path, part));
        using ServiceApplication first = Service(); // so that there is a database
        first.CreateClient();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ContentWithoutARow_StaysForThirtyDaysFromTheFirstStartThatSawIt()
    {
        await File.WriteAllTextAsync(Content(Orphan), "lost", Cancel);
        File.SetLastWriteTimeUtc(Content(Orphan), DateTime.UtcNow.AddYears(-1));

        Start(days: 0);
        Start(days: DaysKept - 1);
        Assert.Equal("lost", await File.ReadAllTextAsync(Content(Orphan), Cancel));

        Start(days: DaysKept + 1);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "datasets"), $"{Orphan}*"));
    }

    [Fact]
    public async Task Start_ContentWithoutARow_IsReportedWithTheDayUntilWhichItStays()
    {
        await File.WriteAllTextAsync(Content(Orphan), "lost", Cancel);
        for (int start = 0; start < 2; start++)
        {
            await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
            await service.TerminateAsync();
            string[] warnings = [.. service.Output.Split('\n').Where(line => line.Contains(Orphan, StringComparison.Ordinal))];
            Assert.Contains("warn:", Assert.Single(warnings), StringComparison.Ordinal);
            Assert.Contains($"{DaysKept} days", warnings[0], StringComparison.Ordinal);
            DateTime seen = File.GetLastWriteTimeUtc(Content(Orphan) + ".unclaimed");
            Assert.Contains($"{seen.AddDays(DaysKept):yyyy-MM-dd}", warnings[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_ContentThatWasClaimedInBetween_BeginsItsThirtyDaysAnew()
    {
        string sha256 = await UploadAsync(days: 0, "pets");
        await ForgetAsync("pets", days: 0); // as a database does that is restored from an older copy
        Start(days: 0);
        await UploadAsync(days: DaysKept - 1, "again");
        await ForgetAsync("again", days: DaysKept);

        Start(days: DaysKept + 1);
        Start(days: 2 * DaysKept);
        Assert.True(File.Exists(Content(sha256)));

        Start(days: 2 * DaysKept + 2);
        Assert.False(File.Exists(Content(sha256)));
    }

    [Fact]
    public async Task Start_ContentWhoseRowIsRestored_IsClaimed()
    {
        string data = Path.Combine(folder.Path, "restored"), contents = Path.Combine(data, "datasets");
        string database = Path.Combine(data, "cnnservice.db"), backup = Path.Combine(folder.Path, "backup.db");
        JsonElement report = default;
        await ServeAsync(data, async client => report = await client.UploadAsync("pets", CatsAndDogs).JsonAsync(HttpStatusCode.Created));
        string sha256 = report.GetProperty("sha256").GetString()!, content = Path.Combine(contents, sha256);
        File.Copy(database, backup);
        await using (var connection = new SqliteConnection($"Data Source={database};Pooling=False"))
        {
            await connection.OpenAsync(Cancel);
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "DELETE FROM Datasets WHERE Name = 'pets'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancel));
        }

        await ServeAsync(data, _ => Task.CompletedTask);
        Assert.Equal([content, content + ".unclaimed"], Directory.GetFiles(contents, $"{sha256}*").Order());
        File.Copy(backup, database, overwrite: true);
        await ServeAsync(data, _ => Task.CompletedTask);

        Assert.Equal([content], Directory.GetFiles(contents, $"{sha256}*"));
    }

    [Fact]
    public void Start_FilesThatTheServiceDoesNotWrite_Stay()
    {
        string[] others =
        [
            "datasets/notes.txt", $"datasets/{Orphan}.bak", $"datasets/{Orphan[1..]}", $"datasets/{new string('A', 64)}",
            "datasets/notes.unclaimed", $"datasets/{new string('b', 64)}.unclaimed", "spool/left.upload", "spool/notes",
            $"spool/{Guid.NewGuid():n}", $"spool/{Guid.NewGuid():d}.upload", $"spool/{Guid.NewGuid():n}.zip",
        ];
        string[] own = [$"spool/{Guid.NewGuid():n}.upload", $"spool/{Guid.NewGuid():n}.content"];
        foreach (string file in (string[])[.. others, .. own]) File.WriteAllText(Path.Combine(folder.Path, file), "text");
        Directory.CreateDirectory(Path.Combine(folder.Path, "spool", $"{Guid.NewGuid():n}.content"));

        Start(days: 0);
        Start(days: 2 * DaysKept);

        Assert.All(others, file => Assert.True(File.Exists(Path.Combine(folder.Path, file)), file));
        Assert.All(own, file => Assert.False(File.Exists(Path.Combine(folder.Path, file)), file));
        Assert.Single(Directory.GetDirectories(Path.Combine(folder.Path, "spool")));
    }

    [Fact]
    public void Start_MarkWithoutItsContent_Goes()
    {
        string mark = Content(Orphan) + ".unclaimed";
        File.WriteAllText(mark, "");

        Start(days: 0);

        Assert.False(File.Exists(mark));
    }

    public void Dispose() => folder.Dispose();

    private string Content(string sha256) => Path.Combine(folder.Path, "datasets", sha256);

    private ServiceApplication Service() => new() { Settings = { ["Storage:DataDirectory"] = folder.Path } };

    // The service's clock is so many days ahead.
    private void Start(int days)
    {
        using ServiceApplication service = Service();
        using WebApplicationFactory<Program> later = Later(service, days);
        later.CreateClient();
    }

    private static WebApplicationFactory<Program> Later(ServiceApplication service, int days) => service.WithWebHostBuilder(
        builder => builder.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(new ClockAhead(TimeSpan.FromDays(days)))));

    private static async Task ServeAsync(string data, Func<HttpClient, Task> use)
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(data);
        await use(service.Client);
        await service.TerminateAsync();
    }

    private async Task<string> UploadAsync(int days, string name)
    {
        await using ServiceApplication service = Service();
        await using WebApplicationFactory<Program> later = Later(service, days);
        JsonElement report = await later.CreateClient().UploadAsync(name, CatsAndDogs).JsonAsync(HttpStatusCode.Created);
        return report.GetProperty("sha256").GetString()!;
    }

    private async Task ForgetAsync(string name, int days)
    {
        await using ServiceApplication service = Service();
        await using WebApplicationFactory<Program> later = Later(service, days);
        await using ServiceDb db = await later.Services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContextAsync(Cancel);
        Assert.Equal(1, await db.Datasets.Where(row => row.Name == name).ExecuteDeleteAsync(Cancel));
    }

    private sealed class ClockAhead(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
