using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Whether the shared log can be read and written. A log that Redis refuses to write to is unhealthy: nothing
/// can be published, and somebody has to give Redis memory or rights. A log that cannot be reached is degraded:
/// subscribers stay, the connection is tried again, and another instance would be no better off.</summary>
internal sealed class RedisHealthCheck(RedisEventLog log) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (log.IsCut) return HealthCheckResult.Degraded("Redis cannot be reached; it is tried again.");
        return await log.RefusalAsync(cancellationToken) is { } code
            ? HealthCheckResult.Unhealthy($"Redis refuses to store updates ({code}): nothing can be published.")
            : HealthCheckResult.Healthy();
    }
}
