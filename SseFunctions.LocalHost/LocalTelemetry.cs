using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SseFunctions.Telemetry;

namespace SseFunctions.LocalHost;

/// <summary>Telemetry of LocalHost: what the functions export, and the requests, which in Azure the Functions host
/// exports itself. To a collector only.</summary>
internal static class LocalTelemetry
{
    private const string ServiceName = "SseFunctions.LocalHost";

    /// <summary>Adds it, if a collector is set.</summary>
    /// <exception cref="InvalidDataException">The collector's URL is none.</exception>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (TelemetrySettings.HasCollector(builder.Configuration)) AddTo(builder);
    }

    // Apart, so that its packages are not even loaded where nothing is exported.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddTo(WebApplicationBuilder builder) => builder.Services.AddSseTelemetry(builder.Configuration)
        // What the environment says of the service counts more.
        .ConfigureResource(resource => resource.AddService(ServiceName).AddEnvironmentVariableDetector())
        .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation())
        .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation());
}
