using CnnService.Api.Data;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CnnService.Api.Hosting;

/// <summary>Tells those who watch the service how it is: alive, and able to do its work. Needs no key.</summary>
internal static class HealthApi
{
    /// <summary>The tag of checks that decide whether the service is ready.</summary>
    public const string Ready = "ready";

    /// <summary>Registers the database's check.</summary>
    public static void AddHealth(this IServiceCollection services) => services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [Ready]);

    /// <summary>Maps the addresses.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) }).AllowAnonymous();
    }
}

/// <summary>Whether the database takes writes: the writer's lock can be had within 2 seconds.</summary>
internal sealed class DatabaseCheck(IDbContextFactory<ServiceDb> databases) : IHealthCheck
{
    // Longer than a checkpoint takes to write, shorter than those who ask commonly wait.
    private const int WaitSeconds = 2;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using ServiceDb db = await databases.CreateDbContextAsync(cancellationToken);
        ((SqliteConnection)db.Database.GetDbConnection()).DefaultTimeout = WaitSeconds;
        try
        {
            // BEGIN IMMEDIATE, and nothing to commit.
            await using IDbContextTransaction writing = await db.Database.BeginTransactionAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (SqliteException e)
        {
            return HealthCheckResult.Unhealthy($"SQLite error {e.SqliteErrorCode}");
        }
    }
}
