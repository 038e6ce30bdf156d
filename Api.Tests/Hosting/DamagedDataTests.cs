using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Hosting;

/// <summary>A data directory that cannot be used ends the start with one line that names it and a remedy, and with nothing else.</summary>
public sealed class DamagedDataTests(DamagedDataTests.MadeDirectory made) : IClassFixture<DamagedDataTests.MadeDirectory>, IDisposable
{
    private const int Page = 4096;

    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    private string Database => Path.Combine(Data, "cnnservice.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("garbage")]
    [InlineData("half")]
    [InlineData("100 bytes")]
    [InlineData("5000 bytes")]
    public async Task Start_DatabaseCutOrOverwritten_IsRefused(string damage)
    {
        made.CopyTo(Data);
        if (damage == "garbage") await File.WriteAllTextAsync(Database, new string('x', 10_000), Cancel);
        else
        {
            await using FileStream file = File.OpenWrite(Database);
            file.SetLength(damage == "half" ? file.Length / 2 / Page * Page : int.Parse(damage.Split(' ')[0]));
        }

        await AssertRefusedAsync($"The database in the data directory {Data} is damaged");
    }

    // The tables' and indexes' own pages, in the order in which they were made.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(16)]
    public async Task Start_DatabaseWithADamagedPage_IsRefused(int page)
    {
        made.CopyTo(Data);
        await using (FileStream file = File.OpenWrite(Database))
        {
            file.Position = (page - 1L) * Page;
            byte[] noise = [.. Enumerable.Repeat((byte)0xAB, Page)];
            await file.WriteAsync(noise, Cancel);
        }

        await AssertRefusedAsync($"The database in the data directory {Data} is damaged");
    }

    [Theory]
    [InlineData("DROP TABLE Runs")]
    [InlineData("DROP TABLE Datasets")]
    [InlineData("DROP TABLE Events")]
    [InlineData("DROP TABLE Checkpoints")]
    [InlineData("DROP TABLE Parameters")]
    [InlineData("DROP TABLE __EFMigrationsHistory")]
    [InlineData("ALTER TABLE Runs RENAME COLUMN Spec TO Spek")]
    [InlineData("ALTER TABLE Events DROP COLUMN LossBits")]
    public async Task Start_DatabaseWithoutATableOrColumn_IsRefused(string statement)
    {
        made.CopyTo(Data);
        await using (var database = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            await database.OpenAsync(Cancel);
            await using SqliteCommand change = database.CreateCommand();
            change.CommandText = statement;
            await change.ExecuteNonQueryAsync(Cancel);
        }

        await AssertRefusedAsync($"The database in the data directory {Data} is damaged");
    }

    [Fact]
    public async Task Start_DirectoryInTheDatabasesPlace_IsRefused()
    {
        Directory.CreateDirectory(Database);

        await AssertRefusedAsync($"The data directory {Data} cannot be read or written");
    }

    [Theory]
    [InlineData("cnnservice.db", UnixFileMode.None)]
    [InlineData("cnnservice.db", UnixFileMode.UserRead)]
    [InlineData("datasets", UnixFileMode.None)]
    public async Task Start_WithoutTheRights_IsRefused(string name, UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Rights are set another way there.");
        if (OperatingSystem.IsWindows()) return; // said once more, for the compiler
        made.CopyTo(Data);
        // Root may do everything unless this is taken from it.
        string[] launcher = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
        await SkipWithoutAsync([.. launcher, "true"]);
        string path = Path.Combine(Data, name);
        UnixFileMode before = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, mode);

        await AssertRefusedAsync($"The data directory {Data} cannot be read or written", launcher);

        File.SetUnixFileMode(path, before);
    }

    /// <summary>The data directory is on a disk of its own in memory, which a user may mount in a namespace of its own.</summary>
    [Theory]
    [InlineData("4k", false)]
    [InlineData("40k", false)]
    [InlineData("300k", false)]
    [InlineData("3m", false)]
    [InlineData("20m", true)]
    public async Task Start_DiskWithoutRoom_IsRefused(string size, bool fill)
    {
        string[] namespaces = ["unshare", "--map-root-user", "--mount"];
        await SkipWithoutAsync([.. namespaces, "mount", "-t", "tmpfs", "tmpfs", folder.Path]);
        string mount = $"mount -t tmpfs -o size={size} tmpfs \"$0\"";
        string use = fill ? "cp -r \"$1\" \"$0/data\" && { dd if=/dev/zero of=\"$0/fill\" bs=4096 2>&-; true; }" : "true";
        string[] launcher = [.. namespaces, "sh", "-c", $"{mount} && {use} && shift && exec \"$@\"", folder.Path, made.Path];

        await AssertRefusedAsync($"The disk of the data directory {Data} has not enough room", launcher);
    }

    public void Dispose() => folder.Dispose();

    private static async Task SkipWithoutAsync(string[] command)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync(Cancel);
            Assert.SkipWhen(process.ExitCode != 0, $"{string.Join(' ', command)} does not work here.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{command[0]} is not here.");
        }
    }

    private async Task AssertRefusedAsync(string expected, string[]? launcher = null)
    {
        (int exitCode, string output, string errors) = await ServiceProcess.ShowAsync(
            ["--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data], launcher: launcher);

        Assert.Equal(1, exitCode);
        Assert.StartsWith(expected, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("set Storage:DataDirectory to another folder", errors, StringComparison.Ordinal);
        Assert.DoesNotMatch("fail:|crit:|warn:", output);
    }

    /// <summary>A data directory as the service leaves it.</summary>
    public sealed class MadeDirectory : IAsyncLifetime
    {
        private readonly TemporaryFolder folder = new();

        /// <summary>The folder that holds it.</summary>
        public string Path => folder.Path;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            await using (ServiceProcess service = await ServiceProcess.StartAsync(folder.Path)) await service.TerminateAsync();
            string file = System.IO.Path.Combine(folder.Path, "cnnservice.db");
            await using var database = new SqliteConnection($"Data Source={file};Pooling=False");
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand command = database.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)"; // all pages into the database's file
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        /// <summary>Copies it.</summary>
        public void CopyTo(string path)
        {
            foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            {
                string copy = System.IO.Path.Combine(path, System.IO.Path.GetRelativePath(folder.Path, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
