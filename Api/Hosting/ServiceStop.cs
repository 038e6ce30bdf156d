namespace CnnService.Api.Hosting;

/// <summary>
/// The order in which the service ends. When stopping begins, runs write their checkpoints, and what waits for clients ends: streams, and
/// bodies that are still being sent. What is being answered has <see cref="RequestTime"/>, then its connection is aborted. What still works
/// at <see cref="Limit"/> is abandoned.
/// </summary>
internal sealed class ServiceStop : IDisposable
{
    /// <summary>
    /// The host's limit, which the web server alone keeps: it then aborts each open connection, and waits for at most 1 second more.
    /// </summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromMilliseconds(750);

    // Below the 10 seconds that those who stop services commonly wait before they kill.
    private static readonly TimeSpan WorkTime = TimeSpan.FromSeconds(8);
    private readonly CancellationTokenSource limit;
    private readonly CancellationTokenRegistration begins;

    public ServiceStop(IHostApplicationLifetime lifetime, TimeProvider time)
    {
        Begun = lifetime.ApplicationStopping;
        limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Limit = limit.Token;
        begins = Begun.Register(() => limit.CancelAfter(WorkTime));
    }

    /// <summary>Cancelled when stopping begins.</summary>
    public CancellationToken Begun { get; }

    /// <summary>Cancelled 8 seconds later: the process ends, and what has not been committed by then is lost.</summary>
    public CancellationToken Limit { get; }

    /// <summary>
    /// Receives a request's body; the token that <paramref name="receive"/> is given is cancelled when the client has gone, or when
    /// stopping begins, as nobody knows how long a client takes. A problem (503) in the second case.
    /// </summary>
    public async Task<T> ReceiveAsync<T>(HttpRequest request, Func<CancellationToken, Task<T>> receive)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted, Begun);
        request.Body = new StoppableBody(request.BodyReader, Begun);
        try
        {
            return await receive(either.Token);
        }
        catch (OperationCanceledException) when (Begun.IsCancellationRequested)
        {
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "The service is stopping; send it again.")
            {
                RetryAfterSeconds = 10,
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        begins.Dispose();
        limit.Dispose();
    }
}
