using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Checks whether the shared log can be read and written. Unhealthy: Redis refuses writes, so nothing can be
/// published until somebody gives Redis memory or rights. Degraded: Redis cannot be reached. Then subscribers stay
/// connected and the connection is tried again; replacing this instance by another would not help.</summary>
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
