using CnnService.Api.Data;
using CnnService.Api.Tests.Runs;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests;

/// <summary>--verify tells every kind of damage, and changes nothing.</summary>
public sealed class VerificationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_AsStored_ThenDamaged_TellsWhatIsDamaged()
    {
        Guid completed, paused;
        await using (ServiceProcess service = await ServiceProcess.StartAsync(folder.Path))
        {
            var client = new RunClient(service.Client);
            completed = (await client.SubmitAsync(RunClient.Small())).Id;
            await client.UntilAsync(completed, RunState.Completed);
            paused = (await client.SubmitAsync(RunClient.Endless)).Id;
            await client.UntilAsync(paused, RunState.Running);
            await client.DoAsync(paused, "pause");
            await client.UntilAsync(paused, RunState.Paused);
            Assert.Contains("in use", (await VerifyAsync()).Errors, StringComparison.Ordinal);
            await service.TerminateAsync();
        }

        (int exitCode, string output, string errors) = await VerifyAsync();
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("All is as it was stored.", output, StringComparison.Ordinal);

        await ExecuteAsync("UPDATE Pieces SET Bytes = substr(Bytes, 1, 500) || x'00' || substr(Bytes, 502)");
        await ExecuteAsync("UPDATE Events SET Run = Run + 99 WHERE Sequence = 1");
        string dataset = Directory.EnumerateFiles(Path.Combine(folder.Path, "datasets")).Single();
        byte[] bytes = await File.ReadAllBytesAsync(dataset, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(dataset, bytes, Cancel);
        (exitCode, output, errors) = await VerifyAsync();

        Assert.Equal((1, ""), (exitCode, errors));
        Assert.Contains("2 rows of Events point to rows that are not there", output, StringComparison.Ordinal);
        Assert.Contains($"run {completed}: its parameters of iteration", output, StringComparison.Ordinal);
        Assert.Contains($"run {paused}: its checkpoint of iteration", output, StringComparison.Ordinal);
        Assert.Contains("dataset shapes: its images are damaged", output, StringComparison.Ordinal);
        File.Delete(dataset);
        Assert.Contains("dataset shapes: its images are missing", (await VerifyAsync()).Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.Path, "datasets")));
    }

    [Fact]
    public async Task Verify_EmptyFolder_SaysThatThereIsNothing()
    {
        (int exitCode, _, string errors) = await VerifyAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("has no database", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_DatabaseThatIsNone_SaysSoInOneLine()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "cnnservice.db"), new string('x', 10_000), Cancel);

        (int exitCode, _, string errors) = await VerifyAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("is damaged", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private Task<(int ExitCode, string Output, string Errors)> VerifyAsync() =>
        ServiceProcess.ShowAsync(["--verify", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", folder.Path]);

    private async Task ExecuteAsync(string sql)
    {
        string file = Path.Combine(folder.Path, "cnnservice.db");
        await using var database = new SqliteConnection($"Data Source={file};Pooling=False;Foreign Keys=False");
        await database.OpenAsync(Cancel);
        await using SqliteCommand command = database.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
