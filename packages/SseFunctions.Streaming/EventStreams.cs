using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SseFunctions.Streaming;

/// <summary>The open streams of this instance. Opens streams, drives their timer, ends them when the host stops, and
/// logs and counts each end with its reason. A singleton. Thread-safe.</summary>
public sealed partial class EventStreams : IDisposable
{
    // One timer serves all durations of the settings. It fires at most 1/8 of a duration late, never more than 1 s.
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

    /// <summary>Created by the service container.</summary>
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
        // When the host stops, the tokens of the request and of the invocation are not canceled. Only this token is.
        _stopping = lifetime.ApplicationStopping;
        _onStopping = _stopping.UnsafeRegister(static streams => ((EventStreams)streams!).EndAll(), this);
        _tick = Tick(_options);
        _clock = time.CreateTimer(static streams => ((EventStreams)streams!).TickAll(), this, _tick, _tick);
    }

    /// <summary>Creates the result that answers a request with a stream. Return it from the function.</summary>
    /// <param name="feature">The feature that opens the stream, for logs, metrics and spans: a constant in lower
    /// case.</param>
    /// <param name="events">The sequence of events, sent in its order. Its enumerator's token is canceled when the
    /// stream ends; the sequence then has 1 s to run its finally blocks. After that the stream stops waiting, and a
    /// warning is logged. When the sequence awaits, all events before are flushed; events that are ready together are
    /// flushed together.</param>
    /// <param name="invocation">The function's own token. The platform cancels it at the functionTimeout.</param>
    /// <param name="expires">The latest time at which the stream ends. It ends up to 1 s earlier. Null: only
    /// <see cref="StreamingOptions.MaxDuration"/> limits the stream.</param>
    /// <param name="cursor">The event id that the client has until its first event. It is sent without data when the
    /// stream opens: clients store it and show no event (WHATWG HTML 9.2.6). A client whose stream ends before its
    /// first event resumes with this id. Null: no id is sent, and the client keeps the id that it has.</param>
    /// <exception cref="ArgumentException"><paramref name="feature"/> is empty, or <paramref name="cursor"/> contains
    /// CR, LF or NUL.</exception>
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

    /// <summary>Stops the timer. Does not end streams that are still open.</summary>
    void IDisposable.Dispose()
    {
        _clock.Dispose();
        _onStopping.Dispose();
    }

    /// <summary>Adds an action that runs when the host stops, before the open streams are ended, so that events which
    /// the action causes still arrive. The stop waits for the action, which must not throw.</summary>
    internal void BeforeStop(Action action) => _beforeStop += action;

    /// <summary>Opens a stream on the request's response and runs it to its end. Called by
    /// <see cref="EventStreamResult"/>, with the arguments of <see cref="Stream"/>.</summary>
    internal async Task WriteAsync(
        HttpContext context,
        string feature,
        IAsyncEnumerable<ServerSentEvent> events,
        DateTimeOffset? expires,
        string? cursor,
        CancellationToken invocation)
    {
        var gone = context.RequestAborted;
        using var stream = new EventStream(context, _open, _options, _time, expires - _time.GetUtcNow() - _tick)
        {
            Feature = feature,
            Gone = gone,
            Invocation = invocation,
            Stopping = _stopping,
            Trace = StreamTrace.Begin(context, feature),
        };
        _open.Add(stream, stream.Look(_time.GetTimestamp()));
        if (_stopping.IsCancellationRequested) stream.End(StreamEnd.HostStopping);
        // Both tokens are needed: a broken connection may cancel only the first, a functionTimeout only the second.
        var onGone = gone.UnsafeRegister(static stream => ((EventStream)stream!).End(StreamEnd.ClientGone), stream);
        var onCancelled = invocation == gone ? default : invocation.UnsafeRegister(
            static stream => ((EventStream)stream!).End(StreamEnd.InvocationCancelled), stream);
        try
        {
            var closing = await stream.WriteAsync(Preamble(cursor), events);
            if (closing.IsCompleted)
            {
                await closing;
            }
            else
            {
                LogLeftBehind(feature);
                _ = LogLateEndAsync(feature, closing);
            }
        }
        catch (FellBehindException)
        {
            stream.End(StreamEnd.FellBehind);
            // Send the events that the sequence gave before: the client resumes after the last of them. Without them a
            // client could come back with the same id each time and never get ahead.
            await stream.SendAsync();
        }
        catch (Exception exception) when (stream.Reason != StreamEnd.Finished
            && (stream.Reason != StreamEnd.None || stream.Canceled != StreamEnd.None))
        {
            // An exception that a sequence throws while it is being stopped is not a failure.
            if (stream.Canceled is not StreamEnd.None and var cause) stream.End(cause);
            LogThrewWhenStopped(feature, exception);
        }
        catch (Exception exception)
        {
            stream.End(StreamEnd.Failed);
            LogFailed(feature, exception);
            // A clean end of the response would tell the client that it has received everything.
            stream.Abort();
        }
        finally
        {
            await stream.SettleReasonAsync(gone);
            await onGone.DisposeAsync();
            await onCancelled.DisposeAsync();
            // The token's callback may not have run before it was disposed of.
            if (gone.IsCancellationRequested) stream.End(StreamEnd.ClientGone);
            _open.Remove(stream);
            var reason = stream.Reason;
            _metrics.Ended(feature, reason);
            LogEnded(feature, reason.Name(), stream.Events, stream.Age.TotalSeconds);
            stream.Trace?.Ended(reason, stream.Events, stream.Age);
        }
    }

    private async Task LogLateEndAsync(string feature, Task closing)
    {
        try
        {
            await closing;
        }
        catch (Exception exception)
        {
            LogThrewWhenStopped(feature, exception);
        }
    }

    private void EndAll()
    {
        _beforeStop?.Invoke();
        foreach (var stream in _open.ToArray()) stream.End(StreamEnd.HostStopping);
    }

    private void TickAll()
    {
        // With very many streams a tick may take longer than the timer's period. The next tick is then skipped.
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

    // The comment makes proxies forward the headers before there is an event, so that EventSource fires its open event.
    // The retry is sent when the stream opens, because an instance that crashes cannot send it when the stream ends.
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
        "A stream of {Feature} ended, but its sequence did not stop within 1 s of its cancellation and still runs: "
        + "pass the enumerator's cancellation token to everything that the sequence awaits")]
    private partial void LogLeftBehind(string feature);

    [LoggerMessage(3, LogLevel.Error,
        "The sequence of a stream of {Feature} threw an exception. The connection is aborted, so that the client does "
        + "not take the response for complete: fix the sequence, or handle the exception in it")]
    private partial void LogFailed(string feature, Exception exception);

    [LoggerMessage(4, LogLevel.Debug,
        "The sequence of a stream of {Feature} threw an exception when it was stopped. The stream does not count as "
        + "failed")]
    private partial void LogThrewWhenStopped(string feature, Exception exception);
}
