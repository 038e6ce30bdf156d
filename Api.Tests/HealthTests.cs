using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;

namespace CnnService.Api.Tests;

public sealed class HealthTests(WebApplicationFactory<Program> factory) : IClassFixture<WebApplicationFactory<Program>>
{
    [Fact]
    public async Task Live_RunningService_AnswersHealthy()
    {
        var cancel = TestContext.Current.CancellationToken;

        var response = await factory.CreateClient().GetAsync("/healthz/live", cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync(cancel));
    }
}
