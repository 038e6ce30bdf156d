using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace CnnService.Benchmarks.Faults;

/// <summary>Follows a run through the hub, over WebSockets.</summary>
internal sealed class HubFollower : IAsyncDisposable
{
    private readonly HubConnection connection;
    private readonly CancellationTokenSource ending = new();
    private readonly Task following;

    private HubFollower(HubConnection connection, Submission run)
    {
        this.connection = connection;
        following = FollowAsync(run);
    }

    /// <summary>The numbers of the events that have come.</summary>
    public List<long> Sequences { get; } = [];

    /// <summary>Connects, subscribes to all runs, and follows one; null where no connection comes about.</summary>
    public static async Task<HubFollower?> StartAsync(World world, Submission run)
    {
        try
        {
            HubConnection connection = new HubConnectionBuilder().WithUrl(world.AddressOf("/hubs/runs")).Build();
            await connection.StartAsync();
            await connection.InvokeAsync("WatchAll");
            return new HubFollower(connection, run);
        }
        catch (Exception e) when (IsBreak(e))
        {
            return null;
        }
    }

    /// <summary>Waits for the run's end, or that of the connection; whether every number has come once.</summary>
    public async Task<bool> UntilEndAsync()
    {
        await Task.WhenAny(following, Task.Delay(TimeSpan.FromSeconds(World.HangSeconds)));
        return following.IsCompleted && Sequences.SequenceEqual(Enumerable.Range(1, Sequences.Count).Select(n => (long)n));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await connection.DisposeAsync();
        await following;
        ending.Dispose();
    }

    private async Task FollowAsync(Submission run)
    {
        try
        {
            await foreach (JsonElement told in connection.StreamAsync<JsonElement>("Watch", $"{run.Id}", 0L, ending.Token))
                Sequences.Add(told.GetProperty("sequence").GetInt64());
        }
        catch (Exception e) when (IsBreak(e))
        {
        }
    }

    private static bool IsBreak(Exception e) => e
        is HttpRequestException or IOException or HubException or WebSocketException
        or InvalidOperationException or OperationCanceledException or TimeoutException;
}
