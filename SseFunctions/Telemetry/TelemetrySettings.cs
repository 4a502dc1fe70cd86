using Microsoft.Extensions.Configuration;

namespace SseFunctions.Telemetry;

/// <summary>Where telemetry goes to, by the settings that OpenTelemetry and the Functions host have for it: so that
/// host and functions export to the same places. Nothing is exported where nothing is set.</summary>
public static class TelemetrySettings
{
    /// <summary>The URL of a collector; OpenTelemetry's other settings, such as the protocol, count too.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Of an Application Insights resource.</summary>
    public const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>Whether telemetry goes to a collector.</summary>
    /// <exception cref="InvalidDataException">The endpoint is set, but is no URL: it would be ignored silently.
    /// </exception>
    public static bool HasCollector(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration[OtlpEndpoint] is not { Length: > 0 } endpoint) return false;
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? true
            : throw new InvalidDataException(
                $"{OtlpEndpoint} is no URL: give the collector's, such as http://localhost:4317, or leave it out.");
    }

    /// <summary>Whether telemetry goes to Application Insights.</summary>
    public static bool HasAzureMonitor(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return !string.IsNullOrEmpty(configuration[ConnectionString]);
    }
}
