namespace CnnService.Api.Runs;

/// <summary>Rings when something was committed, so that those who wait look at the database again. It carries nothing: the database is the truth.</summary>
internal sealed class Bell
{
    private volatile TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next ring. Take it before looking, so that no ring in between is missed.</summary>
    public Task Next => next.Task;

    /// <summary>Wakes all who wait.</summary>
    public void Ring() => Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}

/// <summary>Rings when the queue has changed: a run to claim, or a request to a running one.</summary>
internal sealed class QueueBell
{
    /// <summary>The bell.</summary>
    public Bell Bell { get; } = new();
}

/// <summary>Rings when events were committed.</summary>
internal sealed class EventBell
{
    /// <summary>The bell.</summary>
    public Bell Bell { get; } = new();
}
