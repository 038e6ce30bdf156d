using System.Diagnostics;
using System.Net;
using CnnService.Api.Data;
using CnnService.Api.Tests.Runs;
using static CnnService.Api.Tests.Datasets.Archives;

namespace CnnService.Api.Tests.Datasets;

/// <summary>A service whose files may not grow beyond a limit, as `ulimit -f` and service managers set it.</summary>
public sealed class FileSizeLimitTests : IDisposable
{
    private const int Limit = 1_000_000; // in bytes: less than 400 images of 3,072 bytes, more than the database takes
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_OverTheLimitOnFiles_IsRefusedAndTheServiceGoesOn(bool byTheUploadItself)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set with prlimit.");
        // Pictures that are short, and that become images that are not.
        (string, byte[])[] files = [.. Enumerable.Range(0, 400).Select(i => ($"{(i % 2 == 0 ? "a" : "b")}/{i}.png", Colour(i, size: 8)))];
        byte[] ballast = new byte[byTheUploadItself ? Limit : 0];
        new Random(1).NextBytes(ballast);
        byte[] archive = Zip([.. files, ("notes.txt", ballast)]);
        Assert.Equal(byTheUploadItself, archive.Length > Limit);
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        await SetLimitAsync(service, $"{Limit}");

        await service.Client.UploadAsync("large", archive, resize: true).ProblemAsync(507);

        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Path, "spool")));
        Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "datasets"))); // the built-in one
        await service.Client.UploadAsync("small", Zip(("a/1.png", Grey(1)), ("b/1.png", Grey(2)))).JsonAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Submit_WhileTheDatabaseMayNotGrow_IsSentAwayAndAcceptedAfterwards()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set with prlimit.");
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        var client = new RunClient(service.Client);
        await SetLimitAsync(service, "1:"); // in bytes; SQLite tells an error of the disk, not that it is full

        using HttpResponseMessage refused = await client.PostAsync(RunClient.Small());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);

        await SetLimitAsync(service, "unlimited:");
        await client.UntilAsync((await client.SubmitAsync(RunClient.Small())).Id, RunState.Completed);
    }

    [Fact]
    public async Task Ready_WhileOnlyTheDatabaseHasRoom_AnswersUnavailable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The limit is set with prlimit.");
        await using ServiceProcess service = await ServiceProcess.StartAsync(folder.Path);
        await SetLimitAsync(service, $"{Limit}:");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(service));

        await SetLimitAsync(service, "unlimited:");
        using CancellationTokenSource limit = HangGuard.Start();
        // The answer of a second ago is given again.
        while (await ReadyAsync(service) != HttpStatusCode.OK) limit.Token.ThrowIfCancellationRequested();
    }

    public void Dispose() => folder.Dispose();

    private static async Task<HttpStatusCode> ReadyAsync(ServiceProcess service)
    {
        using HttpResponseMessage response = await service.Client.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task SetLimitAsync(ServiceProcess service, string limit)
    {
        using Process prlimit = Process.Start("prlimit", ["--pid", $"{service.Process.Id}", $"--fsize={limit}"]);
        await prlimit.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, prlimit.ExitCode);
    }
}
