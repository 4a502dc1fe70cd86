using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Running;

/// <summary>The discussions that somebody watches at this instance. While a discussion has a viewer here, this instance
/// tries to take the discussion's lease, and lets the participants speak while it holds the lease.
/// Thread-safe.</summary>
internal sealed partial class RunningDiscussions(
    ITopicLogs logs,
    Speaker speaker,
    IEnumerable<ITurnMessages> messages,
    TimeProvider time,
    ILogger<RunningDiscussions> logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan UnattendedSilence = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Audience> _audiences = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITurnMessages? _messages = messages.FirstOrDefault();

    /// <summary>The number of discussions whose task runs here. A task begins with the first viewer, and ends when the
    /// discussion has ended, or when nobody watches here and nothing is left to do.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _audiences.Count;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops speaking. The leases are given back, so that other instances go on at once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_gate) running = [.. _audiences.Values.Select(audience => audience.Running).OfType<Task>()];
        await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Returns the events of a discussion for one viewer, until the final one. While the viewer reads, the
    /// discussion is watched.</summary>
    /// <param name="log">The discussion's log, which stays open while the sequence is read.</param>
    /// <param name="after">The id of the last event that the viewer has; null: the viewer gets the snapshot first.
    /// </param>
    /// <param name="voices">Who speaks for the participants.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    public async IAsyncEnumerable<ServerSentEvent> WatchAsync(
        TopicLog log,
        string? after,
        IVoices voices,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var seat = Sit(log.Topic, voices);
        if (after is null)
        {
            var view = log.View();
            after = view.LastId;
            yield return new ServerSentEvent(
                DiscussionJson.Write(DiscussionLog.Read(view).Transcript), EventTypes.Snapshot, after);
        }
        await foreach (var next in log.FollowAsync(after, cancellationToken)) yield return next.Event;
    }

    /// <summary>Returns the log's own events after an event, for an adapter that converts them to another protocol.
    /// While the sequence is read, its viewer counts as watching, as in <see cref="WatchAsync"/>.</summary>
    public async IAsyncEnumerable<TopicEvent> FollowAsync(
        TopicLog log,
        string after,
        IVoices voices,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var seat = Sit(log.Topic, voices);
        await foreach (var next in log.FollowAsync(after, cancellationToken)) yield return next;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private Seat Sit(string topic, IVoices voices)
    {
        lock (_gate)
        {
            if (!_audiences.TryGetValue(topic, out var audience))
                _audiences.Add(topic, audience = new Audience(voices, time));
            audience.Arrive();
            audience.Running ??= Task.Run(() => RunAsync(topic, audience));
            return new Seat(this, audience);
        }
    }

    private async Task RunAsync(string topic, Audience audience)
    {
        while (true)
        {
            var isDone = false;
            try
            {
                isDone = await RunLogAsync(topic, audience);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                isDone = true;
            }
            catch (Exception exception)
            {
                // This is the outermost frame of the task: log the exception, and try again while viewers are
                // connected.
                LogFailed(topic, exception);
                await Task.Delay(Speaker.AskInterval, time, CancellationToken.None);
            }
            lock (_gate)
            {
                // A viewer that came in the meantime has found this task running.
                if (audience.IsWatching && !isDone) continue;
                _audiences.Remove(topic);
                return;
            }
        }
    }

    // Returns true if the discussion has ended or its log is gone; false if nobody watches here any more.
    private async Task<bool> RunLogAsync(string topic, Audience audience)
    {
        // True after this instance has stopped speaking: when nobody watches here, it must then pause the discussion,
        // or hand it to the queue.
        var mustPause = false;
        // Each outage is logged once, not with each attempt.
        var isOutageLogged = false;
        while (audience.IsWatching || mustPause)
        {
            try
            {
                await using var log = await logs.OpenAsync(topic, _stop.Token);
                if (log is null || log.View().IsEnded) return true;
                if (audience.IsWatching)
                {
                    if (await IsForViewersAsync(log))
                    {
                        var result = await speaker.RunAsync(
                            log, audience.Voices, audience.StaysAsync, _stop.Token);
                        if (result == SpeakResult.Ended) return true;
                        isOutageLogged = false;
                        mustPause |= result is SpeakResult.NotWanted or SpeakResult.LeaseLost;
                        if (result == SpeakResult.NotWanted) continue;
                    }
                }
                else
                {
                    mustPause = !await TryPauseAsync(log);
                    isOutageLogged = false;
                    if (!mustPause) continue;
                }
            }
            catch (HubUnavailableException exception)
            {
                if (!isOutageLogged) LogUnavailable(topic, exception.Message);
                isOutageLogged = true;
                // This instance may have spoken until now.
                mustPause = true;
            }
            await Task.Delay(Speaker.AskInterval, time, _stop.Token);
        }
        return false;
    }

    // Called when nobody watches here any more. If the discussion is unattended and the app has a queue, sends the
    // message for its next turn; otherwise pauses it. Returns false if the caller must try again.
    private async Task<bool> TryPauseAsync(TopicLog log)
    {
        var transcript = DiscussionLog.Read(log.View()).Transcript;
        if (!transcript.Unattended || _messages is null) return await Speaker.TryPauseAsync(log, _stop.Token);
        try
        {
            await _messages.SendAsync($"{TurnMessage.Next(transcript)}", TimeSpan.Zero, _stop.Token);
            return true;
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            // Without the message, nobody would go on.
            LogNotSent(log.Topic, exception);
            return false;
        }
    }

    // Returns whether this instance may speak because of its viewers: the discussion is not unattended, or its log has
    // not changed for 30 s although the queue drives it.
    private async Task<bool> IsForViewersAsync(TopicLog log)
    {
        var view = log.View();
        if (!DiscussionLog.Read(view).Transcript.Unattended) return true;
        await Task.Delay(UnattendedSilence, time, _stop.Token);
        return log.View().LastId == view.LastId;
    }

    private void Leave(Audience audience)
    {
        lock (_gate) audience.Depart();
    }

    [LoggerMessage(400, LogLevel.Error,
        "The discussion {Topic} cannot go on at this instance, because of an unexpected exception: trying again every "
        + "2 s while somebody watches here. Fix the exception, for example in your IModerator")]
    private partial void LogFailed(string topic, Exception exception);

    [LoggerMessage(401, LogLevel.Warning,
        "The discussion {Topic} cannot go on now, because its log cannot be reached: trying again. {Reason}")]
    private partial void LogUnavailable(string topic, string reason);

    [LoggerMessage(403, LogLevel.Warning,
        "The queue did not take the message for the next turn of the unattended discussion {Topic}: trying again every "
        + "2 s. Check the queue's storage account, or your ITurnMessages")]
    private partial void LogNotSent(string topic, Exception exception);

    private sealed class Seat(RunningDiscussions owner, Audience audience) : IDisposable
    {
        public void Dispose() => owner.Leave(audience);
    }
}
