using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;

namespace SseFunctions.Telemetry;

/// <summary>The export to Application Insights. Only the function app has it, not LocalHost.</summary>
public static class AzureMonitorServices
{
    /// <summary>The setting for the identity with which the app signs in to Application Insights, in the Functions
    /// host's format: <c>Authorization=AAD</c> for the app's system-assigned identity,
    /// <c>ClientId=...;Authorization=AAD</c> for a user-assigned identity. Not set: the connection string is
    /// enough.</summary>
    public const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Adds the export, if a connection string is set.</summary>
    /// <exception cref="InvalidDataException"><see cref="Authentication"/> cannot be read.</exception>
    public static IOpenTelemetryBuilder AddAzureMonitor(
        this IOpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (!TelemetrySettings.HasAzureMonitor(configuration)) return telemetry;
        var identity = IdentityOf(configuration[Authentication]);
        // Without a callback and before other configuration: only then does the exporter read its own settings, such as
        // OTEL_TRACES_SAMPLER.
        telemetry.UseAzureMonitorExporter();
        telemetry.Services.Configure<AzureMonitorExporterOptions>(options =>
        {
            options.ConnectionString = configuration[TelemetrySettings.ConnectionString];
            options.Credential = identity;
            // With this sampler the exporter drops log lines whose span is not recorded. The spans of streams are not
            // recorded, and other spans only as a sample, so the lines with end reasons would be lost.
            options.EnableTraceBasedLogsSampler = false;
        });
        return telemetry;
    }

    /// <summary>Parses an authentication string. Returns its identity; null if the string is null or empty.</summary>
    /// <exception cref="InvalidDataException">The string has no <c>Authorization=AAD</c>.</exception>
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
        {
            throw new InvalidDataException($"{Authentication} does not contain Authorization=AAD: set it to "
                + "Authorization=AAD, or to ClientId=...;Authorization=AAD for a user-assigned identity.");
        }
        return new ManagedIdentityCredential(clientId is null
            ? ManagedIdentityId.SystemAssigned
            : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }
}
