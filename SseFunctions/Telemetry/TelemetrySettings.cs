using Microsoft.Extensions.Configuration;

namespace SseFunctions.Telemetry;

/// <summary>The settings that say where telemetry is exported to. They are the settings of OpenTelemetry and of the
/// Functions host, so that the host and the functions export to the same places. Without them nothing is
/// exported.</summary>
public static class TelemetrySettings
{
    /// <summary>The setting for the URL of a collector. OpenTelemetry's other settings, such as the protocol, apply
    /// too.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The setting for the connection string of an Application Insights resource.</summary>
    public const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>Whether telemetry is exported to a collector.</summary>
    /// <exception cref="InvalidDataException">The endpoint is set but is not an http or https URL. OpenTelemetry would
    /// ignore it silently.</exception>
    public static bool HasCollector(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration[OtlpEndpoint] is not { Length: > 0 } endpoint) return false;
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? true
            : throw new InvalidDataException(
                $"{OtlpEndpoint} is not an http or https URL: set it to the URL of the collector, such as "
                + "http://localhost:4317, or remove it.");
    }

    /// <summary>Whether telemetry is exported to Application Insights.</summary>
    public static bool HasAzureMonitor(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return !string.IsNullOrEmpty(configuration[ConnectionString]);
    }
}
