using CnnService.Api.Models;

namespace CnnService.Api.Tests.Models;

public sealed class LoadedModelTests(TrainedService service) : IClassFixture<TrainedService>
{
    [Fact]
    public async Task ScoreAsync_ThatCannotBeAnswered_FailsAndTheNextOnesAreAnswered()
    {
        using var desk = new Desk();
        using var model = new LoadedModel(service.Best);
        byte[] image = service.Dataset.Test[0].ToArray();

        for (int i = 0; i <= Desk.Places; i++) // each would take one place away
        {
            Task<float[]> failing = model.ScoreAsync([[.. image, .. image]], null, desk, TestContext.Current.CancellationToken);
            Assert.True(failing.IsFaulted); // an empty desk answers at once
            await Assert.ThrowsAnyAsync<ArgumentException>(() => failing);
        }

        Assert.True(model.ScoreAsync([image], null, desk, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }
}
