using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SseFunctions.Telemetry;

namespace SseFunctions.LocalHost;

/// <summary>The telemetry of LocalHost, exported only to a collector: the telemetry of the functions, and requests,
/// which in Azure the Functions host exports.</summary>
internal static class LocalTelemetry
{
    private const string ServiceName = "SseFunctions.LocalHost";

    /// <summary>Adds the telemetry if a collector is set.</summary>
    /// <exception cref="InvalidDataException">The collector's URL is invalid.</exception>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (TelemetrySettings.HasCollector(builder.Configuration)) AddTo(builder);
    }

    // A separate method, so that the OpenTelemetry assemblies are not loaded when nothing is exported.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddTo(WebApplicationBuilder builder) => builder.Services.AddSseTelemetry(builder.Configuration)
        // The environment detector comes last, so that OTEL_SERVICE_NAME overrides the name.
        .ConfigureResource(resource => resource.AddService(ServiceName).AddEnvironmentVariableDetector())
        .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation())
        .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation());
}
