using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming.Configuration;

/// <summary>Validates all settings before any other hosted service is created. The host validates settings only after
/// it has created all hosted services. A service that reads its options in its constructor would then fail first, and
/// the problems of other sections would not be reported.</summary>
internal sealed class SettingsCheck : IHostedService
{
    /// <summary>Validates all settings.</summary>
    /// <exception cref="OptionsValidationException">The settings of one section are wrong.</exception>
    /// <exception cref="AggregateException">The settings of several sections are wrong.</exception>
    public SettingsCheck(IStartupValidator validator)
    {
        ArgumentNullException.ThrowIfNull(validator);
        validator.Validate();
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
