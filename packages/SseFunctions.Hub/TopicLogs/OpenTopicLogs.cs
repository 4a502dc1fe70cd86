using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SseFunctions.Hub.TopicLogs;

/// <summary>The topic logs of this instance: opens them, and reads all open ones regularly, in case a signal of the
/// store was lost.</summary>
internal sealed class OpenTopicLogs(ITopicStore store, TimeProvider time, ILogger<OpenTopicLogs> logger)
    : BackgroundService, ITopicLogs
{
    // Short, because each event of a stream carries the name of its writer. 48 random bits differ among the leases of
    // one log.
    private const int HolderBytes = 6;

    private static readonly TimeSpan ReadInterval = TimeSpan.FromSeconds(1.5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicMirror> _open = new(StringComparer.Ordinal);
    private bool _isSubscribed;

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(
        string topic, TopicAppend first, TimeSpan retention, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(first);
        first.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(retention, TimeSpan.FromSeconds(1));
        return store.TryCreateAsync(topic, first, retention, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<TopicLog?> OpenAsync(string topic, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        TopicMirror? mirror;
        lock (_gate)
        {
            if (!_isSubscribed) store.Changed += OnChanged;
            _isSubscribed = true;
            if (!_open.TryGetValue(topic, out mirror))
                _open.Add(topic, mirror = new TopicMirror(topic, store, logger));
            mirror.Handles++;
        }
        try
        {
            if (await mirror.ReadOnAsync(0, cancellationToken)) return new TopicLog(this, mirror);
        }
        catch
        {
            Close(mirror);
            throw;
        }
        Close(mirror);
        return null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TopicSummary>> ListAsync(
        string parent, DateTimeOffset? before, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return store.ListAsync(
            parent, before?.ToUnixTimeMilliseconds() ?? long.MaxValue, count, cancellationToken);
    }

    /// <summary>Takes a lease: see <see cref="TopicLog.TryLeaseAsync"/>.</summary>
    internal async Task<TopicLease?> TryLeaseAsync(
        TopicMirror mirror, TimeSpan duration, bool takeOver, CancellationToken cancellationToken)
    {
        var holder = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(HolderBytes));
        TopicLeaseOffer? offer;
        try
        {
            offer = await store.AcquireAsync(mirror.Topic, holder, duration, takeOver, cancellationToken);
        }
        catch
        {
            // The lease may have been taken all the same. Not awaited: the store may be out of reach for long.
            _ = TopicLease.ReleaseAsync(store, mirror.Topic, holder);
            throw;
        }
        if (offer is not { Epoch: > 0 } taken) return null;
        var lease = new TopicLease(store, mirror, holder, taken, duration, time);
        try
        {
            // No other can append now, so what this instance has after this read is the whole log.
            if (await mirror.ReadOnAsync(0, cancellationToken)) return lease;
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
        await lease.DisposeAsync();
        return null;
    }

    /// <summary>Closes a handle. With the last one, this instance drops its copy of the log.</summary>
    internal void Close(TopicMirror mirror)
    {
        lock (_gate)
        {
            if (--mirror.Handles == 0) _open.Remove(mirror.Topic);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReadInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                TopicMirror[] open;
                lock (_gate) open = [.. _open.Values];
                await Task.WhenAll(open.Select(mirror => mirror.TryReadOnAsync(0)));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void OnChanged(string topic, long last)
    {
        TopicMirror? mirror;
        lock (_gate) _open.TryGetValue(topic, out mirror);
        if (mirror is not null) _ = mirror.TryReadOnAsync(last);
    }
}
