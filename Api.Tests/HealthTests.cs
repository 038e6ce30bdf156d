using System.Net;

namespace CnnService.Api.Tests;

public sealed class HealthTests(ServiceApplication service) : IClassFixture<ServiceApplication>
{
    [Fact]
    public async Task Live_RunningService_AnswersHealthy()
    {
        var cancel = TestContext.Current.CancellationToken;

        var response = await service.CreateClient().GetAsync("/healthz/live", cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Healthy", await response.Content.ReadAsStringAsync(cancel));
    }
}
