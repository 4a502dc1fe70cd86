using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace SseFunctions.Telemetry;

/// <summary>The export to Application Insights. For the function app alone.</summary>
public static class AzureMonitorServices
{
    /// <summary>Who the app is there, as the Functions host reads it: <c>Authorization=AAD</c> for the identity of the
    /// app, with <c>ClientId=...;</c> for one that was given to it. Not set: the connection string is enough.</summary>
    public const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Adds the export, if a connection string is set.</summary>
    /// <exception cref="InvalidDataException"><see cref="Authentication"/> cannot be read.</exception>
    public static IOpenTelemetryBuilder AddAzureMonitor(
        this IOpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (!TelemetrySettings.HasAzureMonitor(configuration)) return telemetry;
        var identity = IdentityOf(configuration[Authentication]);
        // Without a callback, and before anything is configured: only then does the exporter read its own settings,
        // such as OTEL_TRACES_SAMPLER.
        telemetry.UseAzureMonitorExporter();
        telemetry.Services.Configure<AzureMonitorExporterOptions>(options =>
        {
            options.ConnectionString = configuration[TelemetrySettings.ConnectionString];
            options.Credential = identity;
            // The span that a stream's log lines belong to is not recorded, and of others only a sample is: with this
            // on, the lines that say why a stream ended would be left out too.
            options.EnableTraceBasedLogsSampler = false;
        });
        return telemetry;
    }

    /// <summary>The identity that an authentication string names; null if it is null or empty.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static TokenCredential? IdentityOf(string? authentication)
    {
        if (string.IsNullOrEmpty(authentication)) return null;
        string? clientId = null;
        var isEntra = false;
        foreach (var part in authentication.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (part, "");
            if (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
                isEntra = value.Equals("AAD", StringComparison.OrdinalIgnoreCase);
            else if (name.Equals("ClientId", StringComparison.OrdinalIgnoreCase) && value.Length > 0)
                clientId = value;
        }
        if (!isEntra)
            throw new InvalidDataException($"{Authentication} cannot be read: write ClientId=...;Authorization=AAD.");
        return new ManagedIdentityCredential(clientId is null
            ? ManagedIdentityId.SystemAssigned
            : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }
}
