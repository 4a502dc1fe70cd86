using Microsoft.Extensions.Hosting;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Presence;

/// <summary>Who is subscribed, and to what, if that is on (<c>Hub:Subscriptions</c>): for the subscription API,
/// and told to those who may know by a private update when someone comes or goes. Thread-safe.</summary>
internal sealed class ActiveSubscriptions : IHostedService, IDisposable
{
    private readonly IPresence _presence;

    // Only if it is on does anything run.
    private readonly IHostedService? _hosted;

    public ActiveSubscriptions(bool isOn, IPresence presence)
    {
        IsOn = isOn;
        _presence = presence;
        _hosted = IsOn ? presence as IHostedService : null;
    }

    /// <summary>Whether it is on.</summary>
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

    /// <summary>A subscriber to be told of from <see cref="ActiveSubscriber.Begin"/> on; null if it is off.</summary>
    internal ActiveSubscriber? Of(TopicSelectorSet topics, string? payload) =>
        IsOn ? new ActiveSubscriber(_presence, topics, payload) : null;
}
