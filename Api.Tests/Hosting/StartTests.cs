using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CnnService.Api.Hosting;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Hosting;

/// <summary>Starts and ends of the real program: what it refuses, it refuses in one line and with exit code 1.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Data => Path.Combine(folder.Path, "data");

    [Fact]
    public async Task Start_PortInUse_IsRefused()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        await AssertRefusedAsync($"{other.LocalEndpoint}: address already in use.", "--Urls", $"http://{other.LocalEndpoint}", "--Storage:DataDirectory", Data);

        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:-1")]
    [InlineData("http://127.0.0.1:abc")]
    [InlineData("http://[::1:5080")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("ftp://127.0.0.1:5080")]
    [InlineData(";")]
    public async Task Start_AddressThatIsNone_IsRefused(string urls)
    {
        await AssertRefusedAsync("give addresses such as http://127.0.0.1:5080", "--Urls", urls, "--Storage:DataDirectory", Data);

        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Start_DataDirectoryInUse_IsRefused()
    {
        await using ServiceProcess first = await ServiceProcess.StartAsync(Data);

        await AssertRefusedAsync("is in use by another process", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data);
    }

    [Fact]
    public async Task Start_DataDirectoryThatCannotBeMade_IsRefused()
    {
        string file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        await AssertRefusedAsync(
            "cannot be created or written", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Path.Combine(file, "data"));
    }

    [Fact]
    public async Task Start_DatabaseOfANewerVersion_IsRefused()
    {
        await using (ServiceProcess first = await ServiceProcess.StartAsync(Data)) await first.TerminateAsync();
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(Data, "cnnservice.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand insert = database.CreateCommand();
            insert.CommandText = "INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Future', '99.0.0')";
            await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await AssertRefusedAsync("newer version of this service (29990101000000_Future)", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data);
    }

    [Fact]
    public async Task Start_DatabaseThatIsNone_IsRefused()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "cnnservice.db"), new string('x', 10_000), TestContext.Current.CancellationToken);

        await AssertRefusedAsync(
            $"The database in the data directory {Data} is damaged", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://127.0.0.1:0;http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://example.org:0")]
    public async Task Start_OpenAddressWithoutKey_IsRefusedWithTheRemedy(string urls) =>
        await AssertRefusedAsync("Security:ApiKey (environment: Security__ApiKey)", "--Urls", urls, "--Storage:DataDirectory", Data);

    [Theory]
    [InlineData("Training:Threads is \"many\"", "--Training:Threads", "many")]
    [InlineData("Training:QueueLimit is 0; give a number from 1 to 100,000.", "--Training:QueueLimit=0")]
    [InlineData("Urls has \"5080\"", "--Urls", "5080")]
    [InlineData("Security:ApiKey has characters", "--Security:ApiKey", "two words")]
    [InlineData("Urls is empty", "--Urls=")]
    [InlineData("http://0.0.0.0:0, and no key", "--Kestrel:Endpoints:Open:Url=http://0.0.0.0:0")]
    [InlineData("The switch --fast is unknown", "--fast")]
    public async Task Start_UnusableArguments_IsRefused(string expected, params string[] arguments) =>
        await AssertRefusedAsync(expected, [.. arguments, "--Storage:DataDirectory", Data]);

    [Fact]
    public async Task Start_LibraryThatCannotBeLoaded_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Libraries have other names there.");
        string program = await CopyProgramAsync(damaged: "libSkiaSharp.so");

        (int exitCode, _, string errors) = await ServiceProcess.ShowAsync(
            ["--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data],
            launcher: ["sh", "-c", "shift 2; exec dotnet \"$0\" \"$@\"", program]);

        Assert.Equal(1, exitCode);
        string line = Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.StartsWith("A library of the service cannot be loaded", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnusableEnvironment_IsRefused()
    {
        (int exitCode, string errors) = await ServiceProcess.RunAsync([], new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://0.0.0.0:0",
            ["Storage__DataDirectory"] = Data,
        });

        Assert.Equal(1, exitCode);
        Assert.Contains("Other machines can reach http://0.0.0.0:0", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The environment variable Trainig__Threads is not a known setting; the nearest is Training__", "Trainig__Threads", "2")]
    [InlineData("The environment variable Security_ApiKey is not a known setting; the nearest is Security__", "Security_ApiKey", "secret")]
    [InlineData("The environment variable ASPNETCORE_URL is not a known setting; the nearest is ASPNETCORE_URLS.", "ASPNETCORE_URL", "a")]
    [InlineData("Training:Thread is not a known setting", "Training__Thread", "2")]
    [InlineData("Logging:LogLevels is not a known setting", "Logging__LogLevels__Default", "Debug")]
    [InlineData("Logging:LogLevel:Default is \"Loud\"; give one of Trace, Debug,", "Logging__LogLevel__Default", "Loud")]
    [InlineData("Logging:Console:FormatterName is \"jsn\"; give one of simple, json, systemd.", "Logging__Console__FormatterName", "jsn")]
    [InlineData("Logging:Console has a value of another kind", "Logging__Console__FormatterOptions__SingleLine", "perhaps")]
    [InlineData("Kestrel:Endpoint is not a known setting", "Kestrel__Endpoint__Open__Url", "http://127.0.0.1:0")]
    public async Task Start_MisspeltEnvironment_IsRefusedWithTheNearestName(string expected, string name, string value)
    {
        (int exitCode, string errors) = await ServiceProcess.RunAsync(
            ["--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data], new Dictionary<string, string> { [name] = value });

        Assert.Equal(1, exitCode);
        Assert.StartsWith(expected, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Trainings": { "Threads": 2 } }""", "appsettings.json has \"Trainings\", which is not a known setting; the nearest")]
    [InlineData("""{ "Security": { "Key": "a" } }""", "Security:Key is not a known setting; known are Security:ApiKey")]
    [InlineData("""{ "Training": """, "Failed to load configuration")]
    public async Task Start_MisspeltFile_IsRefused(string json, string expected)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "appsettings.json"), json, TestContext.Current.CancellationToken);

        await AssertRefusedAsync(expected, "--ContentRoot", folder.Path, "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", Data);
    }

    [Fact]
    public async Task Log_AsJson_IsJsonLineByLine()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Data, "--Logging:Console:FormatterName", "json", "--Logging:Console:FormatterOptions:IncludeScopes", "true");
        await service.TerminateAsync();

        string[] lines = service.Output.TrimEnd().Split('\n');
        JsonElement[] events = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(events, logged => Assert.Matches("^2[0-9-]+T[0-9:]+Z$", logged.GetProperty("Timestamp").GetString()));
        Assert.Contains(events, logged => logged.TryGetProperty("Scopes", out _));
    }

    [Fact]
    public async Task Log_Configured_TakesThePlaceOfThePresentForm()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Data, "--Logging:Console:FormatterOptions:TimestampFormat", "HH:mm: ");
        await service.TerminateAsync();

        Assert.All(service.Output.TrimEnd().Split('\n'), line => Assert.Matches("^[0-9]{2}:[0-9]{2}: info: ", line));
    }

    [Fact]
    public async Task Terminate_RunningService_ExitsWithZeroAndFreesTheDirectory()
    {
        for (int start = 0; start < 2; start++)
        {
            await using ServiceProcess service = await ServiceProcess.StartAsync(Data);
            Assert.Equal(0, await service.TerminateAsync());
            Assert.Equal("", service.Errors);
        }
    }

    [Fact]
    public async Task Kill_RunningService_FreesTheDirectory()
    {
        await using (ServiceProcess killed = await ServiceProcess.StartAsync(Data)) await killed.KillAsync();

        await using ServiceProcess next = await ServiceProcess.StartAsync(Data);
    }

    [Fact]
    public async Task Health_OfAServiceWithAKey_IsZeroWhileItRuns()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Data, "--Security:ApiKey", "secret");
        var address = new Uri(service.Client.BaseAddress!, "healthz/ready");

        // Not the program, whose limit a loaded machine may pass.
        Assert.Equal(0, await HealthProbe.AskAsync(address, CancellationToken.None, HangGuard.Limit));

        await service.TerminateAsync();
        (int exitCode, string errors) = await ServiceProcess.RunAsync(["--health", $"{address}"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("does not answer", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_OfAHubRequest_NeverHoldsTheKey()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Data, "--Security:ApiKey", "secret", "--Logging:LogLevel:Microsoft", "Information");

        await service.Client.GetAsync("/hubs/nothing?access_token=secret", TestContext.Current.CancellationToken);
        await service.TerminateAsync();

        Assert.Contains("Application is shutting down", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NewDataDirectory_IsMadeForItsOwnerAlone()
    {
        await using ServiceProcess service = await ServiceProcess.StartAsync(Data);

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Data));
    }

    public void Dispose() => folder.Dispose();

    // Links to all of its files, except for the one that is damaged and those whose place tells where the others are.
    private async Task<string> CopyProgramAsync(string damaged)
    {
        string copy = Path.Combine(folder.Path, "program");
        string[] files = [
            .. Directory.EnumerateFiles(AppContext.BaseDirectory),
            .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "runtimes"), "*", SearchOption.AllDirectories)];
        foreach (string file in files)
        {
            string place = Path.Combine(copy, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            if (Path.GetFileName(file) == damaged) await File.WriteAllTextAsync(place, "no library", TestContext.Current.CancellationToken);
            else if (Path.GetFileName(file).StartsWith("CnnService.Api.", StringComparison.Ordinal)) File.Copy(file, place);
            else File.CreateSymbolicLink(place, file);
        }

        return Path.Combine(copy, "CnnService.Api.dll");
    }

    private static async Task AssertRefusedAsync(string expected, params string[] arguments)
    {
        (int exitCode, string errors) = await ServiceProcess.RunAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }
}
