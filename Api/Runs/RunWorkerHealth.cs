using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CnnService.Api.Runs;

/// <summary>Healthy while the worker claims runs.</summary>
internal sealed class RunWorkerHealth(RunWorker worker) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(worker.IsAlive ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The worker has stopped."));
}
