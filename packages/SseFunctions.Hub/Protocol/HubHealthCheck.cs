using Microsoft.Extensions.Diagnostics.HealthChecks;
using SseFunctions.Hub.Delivery;

namespace SseFunctions.Hub.Protocol;

/// <summary>Whether what is published is delivered.</summary>
internal sealed class HubHealthCheck(Dispatcher dispatcher) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(dispatcher.HasFailed
            ? HealthCheckResult.Degraded("Updates could not be delivered; it is tried again.")
            : HealthCheckResult.Healthy());
}
