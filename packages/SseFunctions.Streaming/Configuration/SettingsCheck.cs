using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming.Configuration;

/// <summary>Validates all settings before any other hosted service is made. The host itself validates after it has made them,
/// and the first one that reads its options in its constructor would hide what is wrong with the others.</summary>
internal sealed class SettingsCheck : IHostedService
{
    /// <summary>Validates.</summary>
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
