using System.Diagnostics;
using System.Net;
using CnnService.Api.Data;
using CnnService.Api.Runs;

namespace CnnService.Api.Tests.Runs;

/// <summary>A disk that is full stops a run for as long as it is full, and everybody is told.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Megabytes = 120; // a start wants room for the built-in dataset, and 64 besides

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WhileTheDiskIsFull_SaysSoAndGoesOnByItselfWithTheSameBits()
    {
        Assert.SkipUnless(await MountAsync(), "Only root may mount a small disk.");
        string spec = RunClient.Small(20, """ "batchSize":10,"seed":9 """), filler = Path.Combine(folder.Path, "filler");
        await using ServiceProcess service = await ServiceProcess.StartAsync(
            Path.Combine(folder.Path, "data"), "--Training:CheckpointSeconds", "1");
        var client = new RunClient(service.Client);
        Run run = await client.SubmitAsync(spec);
        await client.UntilNextIterationAsync(run.Id);

        await FillAsync(filler);
        using CancellationTokenSource limit = HangGuard.Start();
        while ((run = await client.GetAsync(run.Id)).Failure is null)
            await Task.Delay(10, limit.Token); // between two looks; no test judges by it
        Assert.Equal((RunState.Running, "storage"), (run.State, run.Failure!.Code));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.Http.GetAsync("/healthz/ready", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync("/healthz/live", Cancel)).StatusCode);
        HttpResponseMessage refused = await client.PostAsync(spec);
        Assert.True(refused.StatusCode == HttpStatusCode.Accepted || refused.Headers.RetryAfter is not null, $"{refused.StatusCode}");

        File.Delete(filler);
        Run end = await client.UntilAsync(run.Id, RunState.Completed);
        Assert.Null(end.Failure);
        Assert.Equal(1, end.Attempts);
        Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync("/healthz/ready", Cancel)).StatusCode);
        Run again = await client.SubmitAsync(spec);
        Assert.Equal((await client.UntilAsync(again.Id, RunState.Completed)).ParametersSha256, end.ParametersSha256);
        Assert.Equal(RunsTests.Told((await client.EventsAsync(again.Id)).Items), RunsTests.Told((await client.EventsAsync(end.Id)).Items), SameEvents.Comparer);
    }

    public void Dispose()
    {
        Process.Start("umount", ["-l", folder.Path]).WaitForExit();
        folder.Dispose();
    }

    private async Task<bool> MountAsync()
    {
        if (!OperatingSystem.IsLinux()) return false;
        using Process mount = Process.Start("mount", ["-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", folder.Path]);
        await mount.WaitForExitAsync(Cancel);
        return mount.ExitCode == 0;
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) await file.WriteAsync(new byte[4096], Cancel);
        }
        catch (IOException)
        {
            // That is what was wanted.
        }
    }
}
