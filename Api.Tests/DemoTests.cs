namespace CnnService.Api.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_ThenExit_TrainsPredictsAndEndsWith0()
    {
        using var folder = new TemporaryFolder();

        (int exitCode, string output, string errors) = await ServiceProcess.ShowAsync(
            ["--demo", "--exit", "--Urls", "http://127.0.0.1:0", "--Storage:DataDirectory", folder.Path]);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("epoch 12/12", output, StringComparison.Ordinal);
        Assert.Matches("Validation accuracy 0\\.9[0-9]+", output);
        Assert.Matches("test picture 7 is .* it shows", output);
        Assert.Matches("The page of the run: http://127.0.0.1:[0-9]+/runs/[0-9a-f-]{36}\n", output);
    }
}
