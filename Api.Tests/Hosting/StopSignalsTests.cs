using CnnService.Api.Hosting;

namespace CnnService.Api.Tests.Hosting;

public sealed class StopSignalsTests
{
    [Fact]
    public void Stop_WhenTheServiceHasJustEnded_DoesNoHarm()
    {
        var signals = new StopSignals();
        CancellationToken first = signals.First;
        signals.Dispose();

        signals.Stop();

        Assert.True(first.IsCancellationRequested);
    }
}
