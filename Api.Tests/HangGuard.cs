namespace CnnService.Api.Tests;

/// <summary>
/// The one limit of the tests: it ends what would hang for ever. No test judges by it, as a loaded machine may take many times as long as
/// an idle one.
/// </summary>
internal static class HangGuard
{
    /// <summary>Longer than any step of a test takes on the slowest machine.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Cancels when the test ends, or at the limit.</summary>
    public static CancellationTokenSource Start()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Limit);
        return source;
    }
}
