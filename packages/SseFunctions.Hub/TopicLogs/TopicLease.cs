using SseFunctions.Hub.TopicLogs;

namespace SseFunctions.Hub;

/// <summary>The right to append to a topic log. Renews itself until it is disposed, which gives it back. Thread-safe:
/// appends are made one after the other.</summary>
public sealed class TopicLease : IAsyncDisposable
{
    private const int RenewalsPerDuration = 3;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly ITopicStore _store;
    private readonly TopicMirror _mirror;
    private readonly string _holder;
    private readonly bool _wasWanted;
    private readonly TimeSpan _duration;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly SemaphoreSlim _appending = new(1);
    private readonly Task _renewing;
    private long _last;
    private long _renewed;

    internal TopicLease(
        ITopicStore store,
        TopicMirror mirror,
        string holder,
        TopicLeaseOffer offer,
        TimeSpan duration,
        TimeProvider time)
    {
        _store = store;
        _mirror = mirror;
        _holder = holder;
        _wasWanted = offer.WasWanted;
        _duration = duration;
        _time = time;
        _last = offer.Last;
        Epoch = offer.Epoch;
        Lost = _lost.Token;
        _renewed = time.GetTimestamp();
        _renewing = RenewAsync();
    }

    /// <summary>Gets how often the lease of this log was taken, this time included.</summary>
    public long Epoch { get; }

    /// <summary>Gets a token that is canceled when the lease is lost: another has taken it over, the log has ended, or
    /// the shared store could not be reached before the lease expired.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Gets whether the lease was asked for while another held it: within the last 6 s, or within the 6 s
    /// before it was taken, perhaps by this instance itself.</summary>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    public async Task<bool> IsWantedAsync(CancellationToken cancellationToken = default)
    {
        var renewal = await _store.RenewAsync(_mirror.Topic, _holder, _duration, cancellationToken);
        if (renewal is null) await _lost.CancelAsync();
        return _wasWanted || (renewal?.IsWanted ?? true);
    }

    /// <summary>Appends events. If the shared store cannot be reached, tries again until the lease is lost. Events are
    /// never appended twice.</summary>
    /// <param name="append">The events, and perhaps a new snapshot. Readers get all of them or none.</param>
    /// <param name="cancellationToken">Cancels the wait for earlier appends. An append that has begun is not canceled,
    /// because its outcome would be unknown.</param>
    /// <exception cref="ArgumentException">An event type contains CR, LF or NUL.</exception>
    /// <exception cref="TopicLeaseLostException">The lease is lost. Nothing was appended, unless the store could not be
    /// reached: then the events may have been appended.</exception>
    public async Task AppendAsync(TopicAppend append, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(append);
        append.Check();
        await _appending.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                if (Lost.IsCancellationRequested) throw new TopicLeaseLostException(_mirror.Topic);
                try
                {
                    if (await _store.TryAppendAsync(_mirror.Topic, _holder, _last, append, CancellationToken.None))
                        break;
                    await _lost.CancelAsync();
                }
                catch (HubUnavailableException)
                {
                    // The append may have happened. The log recognizes the repetition by the number of its last event,
                    // because nobody else can append with this lease.
                    await Task.Delay(RetryDelay, _time, CancellationToken.None);
                }
            }
            _mirror.Appended(_holder, _last, append);
            _last += append.Messages.Count;
        }
        finally
        {
            _appending.Release();
        }
    }

    /// <summary>Gives the lease back, so that another instance can take it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested) return;
        await _disposed.CancelAsync();
        await _renewing;
        if (!Lost.IsCancellationRequested) await ReleaseAsync(_store, _mirror.Topic, _holder);
    }

    /// <summary>Gives a lease back if the store can be reached. Otherwise it expires by itself.</summary>
    internal static async Task ReleaseAsync(ITopicStore store, string topic, string holder)
    {
        try
        {
            await store.ReleaseAsync(topic, holder, CancellationToken.None);
        }
        catch (HubUnavailableException)
        {
            // It expires.
        }
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_duration / RenewalsPerDuration, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_disposed.Token))
            {
                var asked = _time.GetTimestamp();
                try
                {
                    if (await _store.RenewAsync(_mirror.Topic, _holder, _duration, _disposed.Token) is null) break;
                    _renewed = asked;
                }
                catch (HubUnavailableException)
                {
                    if (_time.GetElapsedTime(_renewed) >= _duration) break;
                }
            }
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
            // The lease was disposed.
        }
    }
}
