using System.Net.Mime;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SseFunctions.Health;

/// <summary>Reports whether this instance works, for load balancers and people.</summary>
public sealed class HealthFunctions(HealthCheckService checks)
{
    /// <summary>Runs all health checks. Answers 200, or 503 if a check is unhealthy. The body has the status of each
    /// check.</summary>
    [Function("Health")]
    public async Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "healthz")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var report = await checks.CheckHealthAsync(cancellationToken);
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, entry) in report.Entries) entries[name] = entry.Status.ToString();
        var body = JsonSerializer.Serialize(new { status = report.Status.ToString(), checks = entries });
        var status = report.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(body, MediaTypeNames.Application.Json, Encoding.UTF8, status);
    }
}
