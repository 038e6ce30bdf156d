namespace CnnService.Training.Tests.Golden;

/// <summary>The fast layers, update rules and network against the golden files, in float, with one thread and with several.</summary>
[Trait(Suite.Name, Suite.Kernels)]
public sealed class GoldenFastTests
{
    private static readonly int[] ThreadCounts = [1, 3];

    public static TheoryData<string, int> Files => [.. GoldenManifest.Entries
        .Where(entry => FastChecks.All.ContainsKey(FunctionOf(entry)))
        .SelectMany(entry => ThreadCounts.Select(threads => (entry.Path, threads)))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Fast_RecordedInputs_MatchesFile(string path, int threads)
    {
        GoldenFile file = GoldenManifest.Read(path);

        FastChecks.All[file.Function](file, threads).MustMatch(file, file.FloatTolerance);
    }

    [Fact]
    public void Functions_WithoutFastCheck_AreThoseThatSayWhy()
    {
        string[] functions = [.. GoldenManifest.Entries.Select(FunctionOf).Distinct()];

        Assert.Equal(functions.Order(), FastChecks.All.Keys.Concat(FastChecks.Elsewhere.Keys).Order());
        Assert.All(FastChecks.Elsewhere.Values, Assert.NotEmpty);
    }

    private static string FunctionOf(GoldenEntry entry) => entry.Path.Split('/')[0];
}
