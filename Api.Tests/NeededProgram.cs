namespace CnnService.Api.Tests;

/// <summary>The programs of the system that tests use: without one a test is skipped, except where CI is set: there it fails.</summary>
internal static class NeededProgram
{
    /// <summary>Looks whether it is there.</summary>
    public static void Check(string path, string package)
    {
        if (File.Exists(path)) return;
        string missing = $"There is no {path}; install the package {package}.";
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), missing);
        Assert.Fail($"CI is set. {missing}");
    }
}
