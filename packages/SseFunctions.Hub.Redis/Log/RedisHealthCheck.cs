using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Checks whether the shared log can be read and written. Unhealthy: Redis refuses writes, so no update can be
/// published until an operator gives Redis memory, or the Redis user rights. Degraded: Redis cannot be reached.
/// Subscribers stay connected and the instance tries again, so replacing the instance would not help.</summary>
internal sealed class RedisHealthCheck(RedisEventLog log) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (log.IsCut)
        {
            return HealthCheckResult.Degraded(
                "Redis cannot be reached: trying again. If this lasts, check the server and Redis:ConnectionString.");
        }
        return await log.RefusalAsync(cancellationToken) is { } code
            ? HealthCheckResult.Unhealthy(
                $"Redis refuses to store updates ({code}): nothing can be published. Give Redis memory (OOM), give the "
                + "Redis user rights (NOPERM), or connect to the primary (READONLY).")
            : HealthCheckResult.Healthy();
    }
}
