using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming.Configuration;

/// <summary>Validates all settings before any other hosted service is created. The host validates settings only after
/// it has created all hosted services. A service that reads its options in its constructor would then fail first, and
/// the problems of other sections would not be reported. Logs the settings that do not exist, and mistyped
/// sections.</summary>
internal sealed partial class SettingsCheck : IHostedService
{
    private readonly ILogger _logger;

    /// <summary>Validates all settings.</summary>
    /// <exception cref="OptionsValidationException">The settings of one section are wrong.</exception>
    /// <exception cref="AggregateException">The settings of several sections are wrong.</exception>
    public SettingsCheck(
        IStartupValidator validator, IEnumerable<SettingsSection> sections, ILogger<SettingsCheck> logger)
    {
        _logger = logger;
        validator.Validate();
        foreach (var section in sections)
        {
            foreach (var (setting, known) in section.Unknown()) LogUnknown(setting, known);
            foreach (var mistyped in section.Mistyped()) LogMistyped(mistyped, section.Name);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(5, LogLevel.Warning,
        "The setting {Setting} does not exist and has no effect: correct its name, or remove it. The names here "
        + "are {Known}")]
    private partial void LogUnknown(string setting, string known);

    [LoggerMessage(6, LogLevel.Warning,
        "The section {Section} has no effect: if it is meant to be {Known}, correct its name")]
    private partial void LogMistyped(string section, string known);
}
