namespace CnnService.Training.Tests.Golden;

/// <summary>The reference layers, update rules and training against every golden file.</summary>
public sealed class GoldenReferenceTests
{
    public static TheoryData<string> Files => GoldenManifest.Rows;

    [Theory]
    [MemberData(nameof(Files))]
    public void ReferenceInDouble_RecordedInputs_MatchesFile(string path)
    {
        GoldenFile file = GoldenManifest.Read(path);

        ReferenceChecks<double>.All[file.Function](file).MustMatch(file, file.DoubleTolerance);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ReferenceInFloat_RecordedInputs_MatchesFile(string path)
    {
        GoldenFile file = GoldenManifest.Read(path);

        ReferenceChecks<float>.All[file.Function](file).MustMatch(file, file.FloatTolerance);
    }
}
