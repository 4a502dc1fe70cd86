using Microsoft.Extensions.Logging;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;
using SseFunctions.Streaming;

namespace SseFunctions.Discussions.Running;

/// <summary>Lets the participants of a discussion speak, one turn after the other, as long as this instance holds the
/// discussion's lease. Everything that happens is in the log, so another instance can go on at any point. Thread-safe:
/// one object serves all discussions.</summary>
internal sealed partial class Speaker(
    TurnSpeaker turns,
    IModerator moderator,
    Budget budget,
    TimeProvider time,
    ILogger<Speaker> logger)
{
    /// <summary>How long a lease lasts after its last renewal.</summary>
    internal static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);

    /// <summary>How often an instance asks for a lease that another holds.</summary>
    internal static readonly TimeSpan AskInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan PlaceInterval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;

    /// <summary>Takes the lease if it is free, and lets the participants speak.</summary>
    /// <param name="log">The discussion's log, which stays open until the task completes.</param>
    /// <param name="voices">Who speaks for the participants.</param>
    /// <param name="isWanted">Called before each new turn, and before a failed turn is begun again. False: this
    /// instance starts no further turn and gives the lease back.</param>
    /// <param name="cancellationToken">Stops at once. The next instance that takes the lease begins the open turn
    /// again.</param>
    /// <returns>Why this instance does not speak any more, or has not begun.</returns>
    public async Task<SpeakResult> RunAsync(
        TopicLog log,
        IVoices voices,
        Func<CancellationToken, Task<bool>> isWanted,
        CancellationToken cancellationToken)
    {
        await using var lease = await log.TryLeaseAsync(LeaseDuration, cancellationToken: cancellationToken);
        if (lease is null) return log.View().IsEnded ? SpeakResult.Ended : SpeakResult.OtherSpeaks;
        var record = DiscussionLog.Read(log.View());
        var id = record.Transcript.Id;
        if (voices.IsLimited && await budget.TryEnterAsync(id, record.Owner, cancellationToken) is not null)
            return SpeakResult.NoPlace;

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var tasks = Task.WhenAll(
            StopAtEndAsync(log, stop),
            voices.IsLimited ? KeepPlaceAsync(id, record.Owner, stop.Token) : Task.CompletedTask);
        try
        {
            return await SpeakAsync(lease, record, voices, isWanted, stop.Token);
        }
        catch (Exception exception) when (exception is TopicLeaseLostException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogLost(id, lease.Epoch);
            return log.View().IsEnded ? SpeakResult.Ended : SpeakResult.LeaseLost;
        }
        finally
        {
            await stop.CancelAsync();
            await tasks;
            // The place belongs to the discussion. If the lease is lost, another instance may need it now.
            if (voices.IsLimited && !lease.Lost.IsCancellationRequested) await budget.LeaveAsync(id, record.Owner);
        }
    }

    /// <summary>If the discussion is running, appends <c>discussion.paused</c>, unless another instance holds the
    /// lease.</summary>
    /// <returns>False if nothing was appended because an instance has asked for the lease recently and may go on: call
    /// again later.</returns>
    public static async Task<bool> TryPauseAsync(TopicLog log, CancellationToken cancellationToken)
    {
        await using var lease = await log.TryLeaseAsync(LeaseDuration, cancellationToken: cancellationToken);
        if (lease is null) return true;
        if (await lease.IsWantedAsync(cancellationToken)) return false;
        var record = DiscussionLog.Read(log.View());
        if (record.Transcript.State != DiscussionState.Running) return true;
        try
        {
            await lease.AppendAsync(record, (EventTypes.Paused, new EventData { Reason = Reasons.NobodyWatching }));
        }
        catch (TopicLeaseLostException)
        {
            // Somebody else has taken the lease, and goes on or ends the discussion.
        }
        return true;
    }

    /// <summary>Cancels a discussion: takes the lease, even from another holder, and appends
    /// <c>discussion.cancelled</c>. No effect if the discussion has ended. Takes no token: a call that stopped after it
    /// had taken the lease would interrupt the turn without ending the discussion.</summary>
    public async Task CancelAsync(TopicLog log)
    {
        while (!log.View().IsEnded)
        {
            await using var lease = await log.TryLeaseAsync(LeaseDuration, takeOver: true, CancellationToken.None);
            if (lease is null) return;
            var record = DiscussionLog.Read(log.View());
            List<(string, EventData)> events = [];
            if (record.Transcript.OpenTurn is { } turn)
            {
                events.Add((EventTypes.TurnCompleted, new EventData
                {
                    Turn = turn.Number,
                    Attempt = turn.Attempt,
                    Text = turn.Text,
                    Finish = Reasons.Cancelled,
                }));
            }
            events.Add((EventTypes.Cancelled, new EventData
            {
                Reason = Reasons.Cancelled,
                Usage = record.Transcript.Usage,
            }));
            try
            {
                await lease.AppendAsync(record, events);
                // Before its first turn, a discussion keeps its place until the place expires: otherwise a client that
                // starts and cancels in a loop would reach no limit.
                if (record.Transcript.State != DiscussionState.Waiting)
                    await budget.LeaveAsync(record.Transcript.Id, record.Owner);
                return;
            }
            catch (TopicLeaseLostException)
            {
                // Somebody else cancels at the same time.
            }
        }
    }

    private async Task<SpeakResult> SpeakAsync(
        TopicLease lease,
        DiscussionRecord record,
        IVoices voices,
        Func<CancellationToken, Task<bool>> isWanted,
        CancellationToken cancellationToken)
    {
        var isPaused = record.Transcript.State == DiscussionState.Paused;
        if (isPaused) record = await lease.AppendAsync(record, (EventTypes.Resumed, new EventData()));
        // A discussion can pause between two attempts at a turn. The open turn then has no words, and goes on as it is.
        if (!isPaused || record.Transcript.OpenTurn is { Text.Length: > 0 }) record = await RestartAsync(lease, record);
        while (true)
        {
            record = await turns.SpeakAsync(lease, record, voices, isWanted, cancellationToken);
            if (DiscussionState.IsFinal(record.Transcript.State)) return SpeakResult.Ended;
            if (record.Transcript.OpenTurn is not null) return SpeakResult.NotWanted;
            var speaker = await moderator.NextAsync(record.Transcript, cancellationToken);
            var reason = speaker is null ? Reasons.Moderator : await ReachedAsync(record, voices, cancellationToken);
            if (reason is not null)
            {
                // Give the place back before viewers receive the final event: a viewer may start the next discussion
                // at once.
                await budget.LeaveAsync(record.Transcript.Id, record.Owner);
                await lease.AppendAsync(record, (EventTypes.Completed, new EventData
                {
                    Reason = reason,
                    Usage = record.Transcript.Usage,
                }));
                return SpeakResult.Ended;
            }
            if (!await isWanted(cancellationToken)) return SpeakResult.NotWanted;
            record = await lease.AppendAsync(record, (EventTypes.TurnStarted, new EventData
            {
                Turn = record.Transcript.Turns.Count + 1,
                Attempt = 1,
                Participant = speaker?.Id,
            }));
        }
    }

    // The open turn, if there is one, was interrupted: the instance that spoke it has stopped or died. Begins the turn
    // again without its words, because no model can continue the words of another call.
    private static async Task<DiscussionRecord> RestartAsync(TopicLease lease, DiscussionRecord record)
    {
        if (record.Transcript.OpenTurn is not { } turn) return record;
        var data = new EventData { Turn = turn.Number, Attempt = turn.Attempt, Reason = Reasons.InstanceLost };
        return turn.Attempt < TurnSpeaker.MaxAttempts
            ? await lease.AppendAsync(record, (EventTypes.TurnRestarted, data with { Attempt = turn.Attempt + 1 }))
            : await lease.AppendAsync(
                record,
                (EventTypes.TurnFailed, data),
                (EventTypes.Failed, new EventData
                {
                    Reason = Reasons.InstanceLost,
                    Usage = record.Transcript.Usage,
                }));
    }

    private async Task<string?> ReachedAsync(
        DiscussionRecord record, IVoices voices, CancellationToken cancellationToken)
    {
        var (transcript, limits) = (record.Transcript, record.Transcript.Limits);
        if (transcript.Turns.Count >= limits.Turns) return Reasons.Turns;
        var tokens = transcript.Turns.Sum(turn => turn.Usage?.Total ?? turn.Text.Length / TurnSpeaker.UnitsPerToken);
        if (tokens >= limits.Tokens) return Reasons.Tokens;
        if (record.SpokenSeconds >= TimeSpan.FromMinutes(limits.Minutes).TotalSeconds) return Reasons.Time;
        return voices.IsLimited && await budget.IsSpentAsync(cancellationToken) ? Reasons.Budget : null;
    }

    // The discussion can be canceled through any instance. The log shows its end before the lease's next renewal does,
    // so follow the log and stop at its end.
    private static async Task StopAtEndAsync(TopicLog log, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var _ in log.FollowAsync(log.View().LastId, stop.Token))
            {
                // Only the end matters.
            }
            await stop.CancelAsync();
        }
        catch (FellBehindException)
        {
            // The log is gone, or is another one: the lease is worth nothing.
            await stop.CancelAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // This instance has stopped speaking.
        }
    }

    private async Task KeepPlaceAsync(string id, string owner, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PlaceInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await budget.TryEnterAsync(id, owner, cancellationToken);
                }
                catch (HubUnavailableException)
                {
                    // Go on without renewing the place: the lease alone decides which instance speaks. The next tick
                    // tries again.
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // This instance has stopped speaking.
        }
    }

    [LoggerMessage(420, LogLevel.Information,
        "This instance no longer generates turns of the discussion {Id}: its lease {Epoch} is lost, because the "
        + "discussion was canceled, or because the log could not be reached in time")]
    private partial void LogLost(string id, long epoch);
}
