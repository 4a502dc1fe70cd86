using Microsoft.Extensions.Hosting;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>The active subscriptions, if <c>Hub:Subscriptions</c> is on: the subscription API lists them, and private
/// updates announce when a subscriber comes or goes. Thread-safe.</summary>
internal sealed class ActiveSubscriptions : IHostedService, IDisposable
{
    private readonly IPresence _presence;

    // Null if Hub:Subscriptions is off: then nothing runs in the background.
    private readonly IHostedService? _hosted;

    public ActiveSubscriptions(bool isOn, IPresence presence)
    {
        IsOn = isOn;
        _presence = presence;
        _hosted = IsOn ? presence as IHostedService : null;
    }

    /// <summary>Whether <c>Hub:Subscriptions</c> is on.</summary>
    public bool IsOn { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _hosted?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) =>
        _hosted?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => (_hosted as IDisposable)?.Dispose();

    /// <inheritdoc cref="IPresence.ListAsync"/>
    internal ValueTask<IReadOnlyList<SubscriptionDocument>> ListAsync(CancellationToken cancellationToken) =>
        _presence.ListAsync(cancellationToken);

    /// <summary>Creates a subscriber, which <see cref="ActiveSubscriber.Begin"/> announces. Null if <see cref="IsOn"/>
    /// is false.</summary>
    internal ActiveSubscriber? Of(
        TopicMatcherSet topics, string? payload, IReadOnlyList<string?>? payloads = null) =>
        IsOn ? new ActiveSubscriber(_presence, topics, payload, payloads) : null;
}
