using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CnnService.Training;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Hosting;

public sealed class HealthTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    public async Task Health_RunningService_AnswersHealthy(string path) => Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync(path));

    [Fact]
    public async Task Ready_WhileTheDatabaseTakesNoWrites_AnswersUnavailable()
    {
        service.CreateClient().Dispose();
        using CancellationTokenSource limit = HangGuard.Start();
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(service.DataDirectory, "cnnservice.db")};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteTransaction writing = other.BeginTransaction();

            // The answer of a second ago is given again.
            while (await AskAsync("/healthz/ready") != (HttpStatusCode.ServiceUnavailable, "Unhealthy"))
                limit.Token.ThrowIfCancellationRequested();
            Assert.Equal((HttpStatusCode.OK, "Healthy"), await AskAsync("/healthz/live"));
        }

        while (await AskAsync("/healthz/ready") != (HttpStatusCode.OK, "Healthy")) limit.Token.ThrowIfCancellationRequested();
    }

    [Fact]
    public async Task Version_RunningService_TellsWhatItIs()
    {
        JsonElement version = await service.CreateClient().GetFromJsonAsync<JsonElement>("/api/version", TestContext.Current.CancellationToken);

        Assert.Equal(["numerics", "runtime", "simd", "version"], version.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        Assert.Matches(@"^\d+\.\d+\.\d+$", version.GetProperty("version").GetString());
        Assert.StartsWith(".NET 10.", version.GetProperty("runtime").GetString(), StringComparison.Ordinal);
        Assert.Matches("^(512|256|128|none)$", version.GetProperty("simd").GetString());
        Assert.Equal(Numerics.Version, version.GetProperty("numerics").GetInt32());
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(string path)
    {
        using HttpResponseMessage response = await service.CreateClient().GetAsync(path, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
