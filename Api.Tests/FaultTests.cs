using System.Diagnostics;

namespace CnnService.Api.Tests;

/// <summary>Every kind of fault once, by the program that also injects them for hours; alone, as it measures the time of answers.</summary>
[CollectionDefinition(nameof(FaultTests), DisableParallelization = true)]
[Collection(nameof(FaultTests))]
public sealed class FaultTests
{
    private static string Program
    {
        get
        {
            // Api.Tests/bin/Release/net10.0, and the same below Benchmarks.
            string[] parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
            return Path.Combine([Path.DirectorySeparatorChar.ToString(), .. parts[..^4], "Benchmarks", .. parts[^3..], "Benchmarks.dll"]);
        }
    }

    [Fact]
    public async Task Faults_EachKindOnce_LoseDoubleAndChangeNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The faults are those of Linux.");
        string[] arguments = [Program, "faults", "--minutes", "1", "--seed", "1"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = new Process { StartInfo = start };
        process.Start();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string text = $"{await output}{await errors}";
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, text);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
