using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming;

/// <summary>All open streams of this process: makes them, gives them the time, ends them when the host stops, and says
/// of each why it ended, in the log and in the metrics. Thread-safe.</summary>
public sealed partial class EventStreams : IDisposable
{
    // A duration ends at most an eighth of itself late, and never more than 1 s.
    private const int TicksPerDuration = 8;
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(10);

    private readonly OpenStreams _open = new();
    private readonly StreamingOptions _options;
    private readonly TimeProvider _time;
    private readonly StreamMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _onStopping;
    private readonly TimeSpan _tick;
    private readonly ITimer _clock;

    private int _isTicking;
    private Action? _beforeStop;

    /// <summary>Made by the services, once a process.</summary>
    internal EventStreams(
        IOptions<StreamingOptions> options,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        StreamMetrics metrics,
        ILogger<EventStreams> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(lifetime);
        ArgumentNullException.ThrowIfNull(metrics);
        _options = options.Value;
        _time = time;
        _metrics = metrics;
        _metrics.ObserveOpen(() => _open.ToArray().Select(stream => stream.Feature));
        _logger = logger;
        // When the host stops, neither the request nor the invocation is cancelled: only this tells of it.
        _stopping = lifetime.ApplicationStopping;
        _onStopping = _stopping.UnsafeRegister(static streams => ((EventStreams)streams!).EndAll(), this);
        _tick = Tick(_options);
        _clock = time.CreateTimer(static streams => ((EventStreams)streams!).TickAll(), this, _tick, _tick);
    }

    /// <summary>The answer to a request for a stream.</summary>
    /// <param name="feature">Whose stream it is, in logs and metrics: a constant, in lower case.</param>
    /// <param name="events">The events, in order. The enumerator's token is cancelled when the stream ends; it then has
    /// a second to run its finally blocks before it is left to itself. A sequence that awaits nothing is written out in
    /// large pieces; one that waits has everything before flushed.</param>
    /// <param name="invocation">The function's own token. The platform cancels it at its functionTimeout.</param>
    /// <param name="expires">When the stream has to be over, and at most a tick of the clock, 1 s, before that it is.
    /// Null: the duration of the settings is all that limits it.</param>
    /// <param name="cursor">The event id that the client shall have until its first event, sent without data when the
    /// stream opens: clients store it and show no event (WHATWG HTML 9.2.6). A client whose stream ends before its
    /// first event resumes with this id. Null: none is sent, and the client keeps the id that it has.</param>
    /// <exception cref="ArgumentException"><paramref name="cursor"/> holds CR, LF or NUL.</exception>
    public EventStreamResult Stream(
        string feature,
        IAsyncEnumerable<ServerSentEvent> events,
        CancellationToken invocation,
        DateTimeOffset? expires = null,
        string? cursor = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        ArgumentNullException.ThrowIfNull(events);
        ServerSentEvent.Check(null, cursor, null);
        return new EventStreamResult(this, feature, events, expires, cursor, invocation);
    }

    /// <summary>Stops the clock. Streams still open are left to those who opened them.</summary>
    void IDisposable.Dispose()
    {
        _clock.Dispose();
        _onStopping.Dispose();
    }

    /// <summary>Has something done when the host stops, before the open streams are ended: what it writes to them still
    /// arrives. The stop waits for it. It must not throw.</summary>
    internal void BeforeStop(Action action) => _beforeStop += action;

    internal async Task WriteAsync(
        HttpContext context,
        string feature,
        IAsyncEnumerable<ServerSentEvent> events,
        DateTimeOffset? expires,
        string? cursor,
        CancellationToken invocation)
    {
        var gone = context.RequestAborted;
        using var stream = new EventStream(context, _open, _options, _time, expires - _tick)
        {
            Feature = feature,
            Trace = StreamTrace.Begin(context, feature),
        };
        _open.Add(stream, stream.Look(_time.GetTimestamp()));
        if (_stopping.IsCancellationRequested) stream.End(StreamEnd.HostStopping);
        // Either can fire without the other: a connection that breaks, a functionTimeout.
        var onGone = gone.UnsafeRegister(static stream => ((EventStream)stream!).End(StreamEnd.ClientGone), stream);
        var onCancelled = invocation == gone ? default : invocation.UnsafeRegister(
            static stream => ((EventStream)stream!).End(StreamEnd.InvocationCancelled), stream);
        try
        {
            if (!await stream.WriteAsync(Preamble(cursor), events)) LogLeftBehind(feature);
        }
        catch (FellBehindException)
        {
            stream.End(StreamEnd.FellBehind);
            // What it gave before counts: the client goes on from there, and one that got nothing would get nowhere.
            await stream.SendAsync();
        }
        catch (Exception exception) when (stream.Reason != StreamEnd.Finished
            && (stream.Reason != StreamEnd.None || gone.IsCancellationRequested || invocation.IsCancellationRequested))
        {
            // Whatever a sequence throws when it is stopped is its way to stop, and no failure. One that was handed the
            // invocation's token may even do so before we have heard of it ourselves.
            stream.End(gone.IsCancellationRequested ? StreamEnd.ClientGone : StreamEnd.InvocationCancelled);
            LogThrewWhenStopped(feature, exception);
        }
        catch (Exception exception)
        {
            stream.End(StreamEnd.Failed);
            LogFailed(feature, exception);
            // Not a clean end: a client that counts on one must not take what it has for everything there was.
            stream.Abort();
        }
        finally
        {
            await stream.SettleReasonAsync(gone);
            await onGone.DisposeAsync();
            await onCancelled.DisposeAsync();
            // Its callback may not have run.
            if (gone.IsCancellationRequested) stream.End(StreamEnd.ClientGone);
            _open.Remove(stream);
            var reason = stream.Reason;
            _metrics.Ended(feature, reason);
            LogEnded(feature, reason.Name(), stream.Events, stream.Age.TotalSeconds);
            stream.Trace?.Ended(reason, stream.Events, stream.Age);
        }
    }

    private void EndAll()
    {
        _beforeStop?.Invoke();
        foreach (var stream in _open.ToArray()) stream.End(StreamEnd.HostStopping);
    }

    private void TickAll()
    {
        // With very many streams, one tick may take longer than the time to the next one.
        if (Interlocked.Exchange(ref _isTicking, 1) == 1) return;
        try
        {
            _open.Look(_time.GetTimestamp());
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    private static TimeSpan Tick(StreamingOptions options)
    {
        var tick = LongestTick;
        foreach (var duration in (TimeSpan[])[options.Heartbeat, options.MaxDuration, options.WriteTimeout])
        {
            if (duration > TimeSpan.Zero && duration / TicksPerDuration < tick) tick = duration / TicksPerDuration;
        }
        return tick < ShortestTick ? ShortestTick : tick;
    }

    // The comment makes proxies pass the headers on, and with them EventSource its open event, before any event exists.
    // The retry is sent now and not when the stream ends: an instance that crashes sends nothing any more.
    private byte[] Preamble(string? cursor)
    {
        var shortest = _options.Retry;
        long? retry = shortest == TimeSpan.Zero
            ? null
            : RetrySpread.Draw(shortest, RetrySpread.Of(_open.Count, shortest));
        return EventEncoder.EncodeOpening("open", retry, cursor);
    }

    [LoggerMessage(1, LogLevel.Information,
        "A stream of {Feature} ended: {Reason}, after {Events} events and {Seconds:F1} s")]
    private partial void LogEnded(string feature, string reason, long events, double seconds);

    [LoggerMessage(2, LogLevel.Warning,
        "A stream of {Feature} ended, but its sequence ignores its cancellation and was left to itself: pass the "
        + "enumerator's token on to whatever the sequence waits for")]
    private partial void LogLeftBehind(string feature);

    [LoggerMessage(3, LogLevel.Error, "The sequence of a stream of {Feature} threw")]
    private partial void LogFailed(string feature, Exception exception);

    [LoggerMessage(4, LogLevel.Debug, "The sequence of a stream of {Feature} threw when it was stopped")]
    private partial void LogThrewWhenStopped(string feature, Exception exception);
}
