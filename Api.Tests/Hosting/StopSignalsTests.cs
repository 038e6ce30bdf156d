using CnnService.Api.Hosting;

namespace CnnService.Api.Tests.Hosting;

public class StopSignalsTests
{
    [Fact]
    public void A_signal_that_comes_when_the_service_has_just_ended_does_no_harm()
    {
        var signals = new StopSignals();
        CancellationToken first = signals.First;
        signals.Dispose();

        signals.Stop();

        Assert.True(first.IsCancellationRequested);
    }
}
