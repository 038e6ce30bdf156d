using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CnnService.Api.Hosting;

/// <summary>
/// The signals that ask the service to end, from the first moment of its start: the first one stops it in order, the second one ends the
/// process at once, which is as safe as every crash.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // After the limit of ServiceStop, and below the 10 seconds that those who stop services commonly wait before they kill.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(9);
    private static readonly PosixSignal[] Kinds = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];
    private readonly CancellationTokenSource first = new(); // never disposed: it holds nothing, and a late signal cancels it
    private readonly TaskCompletionSource ended = new();
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    public StopSignals() => registrations = [.. Kinds.Select(signal => PosixSignalRegistration.Create(signal, Receive))];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken First => first.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        ended.TrySetResult();
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose(); // a receiver may still be at work
    }

    /// <summary>
    /// The service ends, as a signal asks. The web host receives each signal too, and before this, so that all may have ended already.
    /// </summary>
    internal void Stop()
    {
        if (Interlocked.Increment(ref count) > 1) Process.GetCurrentProcess().Kill();
        new Thread(EndInTime) { IsBackground = true, Name = "End in time" }.Start();
        first.Cancel();
    }

    private void Receive(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Stop();
    }

    // A start that waits for a locked database knows of no token.
    private void EndInTime()
    {
        if (ended.Task.Wait(Limit)) return;
        Console.Error.WriteLine($"The service had not ended {Limit.TotalSeconds} seconds after it was asked to; it ends here.");
        Environment.Exit(0);
    }
}
