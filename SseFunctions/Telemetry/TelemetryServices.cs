using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SseFunctions.Streaming;

namespace SseFunctions.Telemetry;

/// <summary>Adds the app's metrics, spans and logs to OpenTelemetry, the same in both hosts.</summary>
public static class TelemetryServices
{
    // The default boundaries of OpenTelemetry are meant for milliseconds: the first one above 0 would be 5 s.
    private static readonly double[] Seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Adds OpenTelemetry, and the export to a collector if one is set. Call this only if telemetry is
    /// exported: it costs memory and time for each request.</summary>
    public static OpenTelemetryBuilder AddSseTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var telemetry = services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(SseTelemetry.SourceName).AddProcessor(new PrivateSpans()))
            .WithMetrics(metrics => metrics.AddMeter(SseTelemetry.MeterName).AddView(BucketsOf))
            .WithLogging(null, logging => logging.IncludeFormattedMessage = true);
        if (TelemetrySettings.HasCollector(configuration)) telemetry.UseOtlpExporter();
        return telemetry;
    }

    private static ExplicitBucketHistogramConfiguration? BucketsOf(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s" } && instrument.Meter.Name == SseTelemetry.MeterName
            ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds }
            : null;
}
