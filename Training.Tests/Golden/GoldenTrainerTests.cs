namespace CnnService.Training.Tests.Golden;

/// <summary>The real trainer and its evaluation, in float, against every recorded training run and accuracy.</summary>
public sealed class GoldenTrainerTests
{
    private static readonly Dictionary<string, Func<GoldenFile, GoldenResults>> Checks = new()
    {
        ["trainer"] = TrainerChecks.Run,
        ["check_accuracy"] = TrainerChecks.Accuracy,
    };

    public static TheoryData<string> Files =>
        [.. GoldenManifest.Entries.Select(entry => entry.Path).Where(path => Checks.ContainsKey(path.Split('/')[0]))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Trainer_RecordedBatches_MatchesFile(string path)
    {
        GoldenFile file = GoldenManifest.Read(path);

        Checks[file.Function](file).MustMatch(file, file.FloatTolerance);
    }
}
