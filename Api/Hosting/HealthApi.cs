using CnnService.Api.Data;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CnnService.Api.Hosting;

/// <summary>Tells those who watch the service how it is: alive, and able to do its work. Needs no key.</summary>
internal static class HealthApi
{
    /// <summary>The tag of checks that decide whether the service is ready.</summary>
    public const string Ready = "ready";

    /// <summary>Registers the check of the storage.</summary>
    public static void AddHealth(this IServiceCollection services) =>
        services.AddSingleton<StorageCheck>().AddHealthChecks().AddCheck<StorageCheck>("storage", tags: [Ready]);

    /// <summary>Maps the addresses.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) }).AllowAnonymous();
    }
}

/// <summary>
/// Checks that the service can store: the database takes a write, and the disk some room besides, as the database writes into room that it
/// has for a while.
/// </summary>
internal sealed class StorageCheck(DatabaseWriter database, DataDirectory directory, TimeProvider time) : IHealthCheck, IDisposable
{
    private const int RoomNeeded = 1 << 20; // in bytes
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(1); // whoever asks needs no key, and must not wear out the disk
    private readonly SemaphoreSlim turn = new(1);
    private HealthCheckResult last;
    private long? lookedAt;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (lookedAt is long before && time.GetElapsedTime(before) < AtMostEvery) return last;
            last = await LookAsync(cancellationToken);
            lookedAt = time.GetTimestamp();
            return last;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<HealthCheckResult> LookAsync(CancellationToken cancel)
    {
        if (await database.ProbeAsync(cancel) is { } failure) return HealthCheckResult.Unhealthy(failure.Words);
        try
        {
            directory.Probe(RoomNeeded);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy("The disk takes no file.", e);
        }
    }
}
