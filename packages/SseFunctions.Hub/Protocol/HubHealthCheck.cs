using Microsoft.Extensions.Diagnostics.HealthChecks;
using SseFunctions.Hub.Delivery;

namespace SseFunctions.Hub.Protocol;

/// <summary>Reports whether this instance delivers updates to its subscribers.</summary>
internal sealed class HubHealthCheck(Dispatcher dispatcher) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(dispatcher.HasFailed
            ? HealthCheckResult.Degraded("Updates could not be delivered. The hub tries again; see its log.")
            : HealthCheckResult.Healthy());
}
