using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Running;

/// <summary>The discussions that somebody watches at this instance. While a discussion has a viewer here, this instance
/// tries to be the one that lets the participants speak. Thread-safe.</summary>
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

    /// <summary>The number of discussions that have a viewer here, or that are being spoken here.</summary>
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

    /// <summary>Returns the events after an event as the log has them, for a viewer that is sent something else. While
    /// the viewer reads, the discussion is watched, as in <see cref="WatchAsync"/>.</summary>
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
                // The outermost frame: the viewers stay, so try again.
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

    // Returns whether there is nothing more to speak.
    private async Task<bool> RunLogAsync(string topic, Audience audience)
    {
        // After this instance has stopped in the middle of a discussion, somebody has to write that it has paused.
        var mustPause = false;
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
                        mustPause |= result is SpeakResult.NotWanted or SpeakResult.LeaseLost;
                        if (result == SpeakResult.NotWanted) continue;
                    }
                }
                else
                {
                    mustPause = !await TryPauseAsync(log);
                    if (!mustPause) continue;
                }
            }
            catch (HubUnavailableException exception)
            {
                LogUnavailable(topic, exception.Message);
                // This instance may have spoken until now.
                mustPause = true;
            }
            await Task.Delay(Speaker.AskInterval, time, _stop.Token);
        }
        return false;
    }

    // Nobody watches here any more: the discussion pauses, or its queue goes on with it.
    private async Task<bool> TryPauseAsync(TopicLog log)
    {
        var transcript = DiscussionLog.Read(log.View()).Transcript;
        if (!transcript.Unattended || _messages is null) return await Speaker.TryPauseAsync(log, _stop.Token);
        var next = new TurnMessage(transcript.Id, transcript.Turns.Count + 1);
        await _messages.SendAsync($"{next}", TimeSpan.Zero, _stop.Token);
        return true;
    }

    // The queue speaks an unattended discussion. If it has said nothing for a while, a viewer's instance goes on.
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
        "The discussion {Topic} cannot go on at this instance: another instance or the next viewer goes on with it")]
    private partial void LogFailed(string topic, Exception exception);

    [LoggerMessage(401, LogLevel.Warning,
        "The discussion {Topic} cannot go on now, because its log cannot be reached: trying again. {Reason}")]
    private partial void LogUnavailable(string topic, string reason);

    private sealed class Seat(RunningDiscussions owner, Audience audience) : IDisposable
    {
        public void Dispose() => owner.Leave(audience);
    }
}
