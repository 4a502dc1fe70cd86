using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseFunctions.EventLogs.Redis;

/// <summary>Whether the shared log can be read. If not, the app is not unhealthy but hampered: subscribers stay, and
/// another instance would be no better off.</summary>
public sealed class RedisHealthCheck(IEventLog log) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(log is RedisEventLog { IsCut: true }
            ? HealthCheckResult.Degraded("Redis cannot be reached; it is tried again.")
            : HealthCheckResult.Healthy());
}
