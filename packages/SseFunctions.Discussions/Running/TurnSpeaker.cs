using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SseFunctions.Discussions.Text;
using SseFunctions.Discussions.Transcripts;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Appends one turn to the discussion's log: asks the participant, appends the words as they arrive, and
/// begins the turn again if the participant fails. Only <see cref="Speaker"/> calls it. Thread-safe.</summary>
internal sealed partial class TurnSpeaker(
    Budget budget, IOptions<DiscussionOptions> options, TimeProvider time, ILogger<TurnSpeaker> logger)
{
    /// <summary>The maximum number of attempts at one turn, on all instances together.</summary>
    internal const int MaxAttempts = 4;

    /// <summary>Estimate for the limits, where a model has not reported its tokens: this many UTF-16 units are one
    /// token.</summary>
    internal const int UnitsPerToken = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly DiscussionOptions _options = options.Value;
    private readonly ILogger _logger = logger;

    /// <summary>Speaks the open turn of a discussion. The turn must have no words yet.</summary>
    /// <param name="lease">The lease of the discussion's log, with which this method appends.</param>
    /// <param name="record">The discussion as its log has it now.</param>
    /// <param name="voices">Who speaks for the participants.</param>
    /// <param name="isWanted">Called before a turn that has failed is begun again. False: nobody wants it now.</param>
    /// <param name="cancellationToken">Stops at once. The turn stays open with the words so far.</param>
    /// <returns>The record after the turn is completed, or after the discussion has failed. If the turn is still open,
    /// it has no words, and its next attempt is not wanted now.</returns>
    /// <exception cref="TopicLeaseLostException">The lease is lost.</exception>
    public async Task<DiscussionRecord> SpeakAsync(
        TopicLease lease,
        DiscussionRecord record,
        IVoices voices,
        Func<CancellationToken, Task<bool>> isWanted,
        CancellationToken cancellationToken)
    {
        while (record.Transcript.OpenTurn is { } turn)
        {
            var started = time.GetTimestamp();
            try
            {
                record = await SpeakAsync(lease, record, turn, voices, cancellationToken);
            }
            catch (Exception exception) when (exception is not TopicLeaseLostException
                && !cancellationToken.IsCancellationRequested)
            {
                record = record with { SpokenSeconds = record.SpokenSeconds + Seconds(started) };
                record = await FailAsync(lease, record, turn, exception, cancellationToken);
                if (record.Transcript.OpenTurn is not null && !await isWanted(cancellationToken)) return record;
            }
        }
        return record;
    }

    private async Task<DiscussionRecord> SpeakAsync(
        TopicLease lease,
        DiscussionRecord record,
        Turn turn,
        IVoices voices,
        CancellationToken cancellationToken)
    {
        var transcript = record.Transcript;
        var participant = transcript.Participants.First(participant => participant.Id == turn.Participant);
        var voice = voices.Find(participant) ?? throw new ParticipantException(
            ParticipantException.ProviderError,
            $"The app no longer has a model named {participant.Model}: add it to Discussions:Models again.")
        {
            IsTransient = false,
        };
        var request = new TurnRequest
        {
            Discussion = transcript.Id,
            Topic = transcript.Topic,
            Speaker = participant,
            Participants = transcript.Participants,
            Turns = [.. transcript.Turns.Where(turn => turn.Finish is not null)],
            Number = turn.Number,
            Attempt = turn.Attempt,
            MaxTurns = transcript.Limits.Turns,
            MaxTokens = _options.TokensPerTurn,
        };
        var isPaid = voices.IsPaid(voice);
        var started = time.GetTimestamp();
        var text = new GatheredText(
            token => voice.SpeakAsync(request, token),
            _options.Gather,
            _options.ModelSilence,
            voices.IsLimited ? _options.MaxTurnDuration : Timeout.InfiniteTimeSpan,
            time);
        var said = new StringBuilder();
        try
        {
            await foreach (var piece in text.Read(cancellationToken))
            {
                await lease.AppendAsync(DiscussionLog.Delta(turn, said.Length, piece), CancellationToken.None);
                said.Append(piece);
            }
        }
        finally
        {
            // An attempt that fails has used tokens too. A model may report fewer than its words are, even none. They
            // are counted before anything tells viewers that the attempt is over.
            if (isPaid) await SpendAsync(Math.Max(said.Length / UnitsPerToken, request.Usage?.Total ?? 0));
        }
        if (said.Length == 0)
            throw new ParticipantException(ParticipantException.NoWords, "The participant said nothing.");
        record = record with { SpokenSeconds = record.SpokenSeconds + Seconds(started) };
        return await lease.AppendAsync(record, (EventTypes.TurnCompleted, new EventData
        {
            Turn = turn.Number,
            Attempt = turn.Attempt,
            Text = $"{said}",
            Finish = text.IsCut ? TurnRequest.Length : request.Finish,
            Usage = request.Usage,
        }));
    }

    private async Task<DiscussionRecord> FailAsync(
        TopicLease lease,
        DiscussionRecord record,
        Turn turn,
        Exception exception,
        CancellationToken cancellationToken)
    {
        var failure = exception as ParticipantException;
        var reason = failure?.Reason ?? ParticipantException.ProviderError;
        var data = new EventData { Turn = turn.Number, Attempt = turn.Attempt, Reason = reason };
        if (turn.Attempt >= MaxAttempts || failure is { IsTransient: false })
        {
            LogFailed(record.Transcript.Id, turn.Number, turn.Attempt, reason, exception);
            await budget.LeaveAsync(record.Transcript.Id, record.Owner);
            return await lease.AppendAsync(
                record,
                (EventTypes.TurnFailed, data),
                (EventTypes.Failed, new EventData { Reason = reason, Usage = record.Transcript.Usage }));
        }
        LogAgain(record.Transcript.Id, turn.Number, turn.Attempt, reason, exception);
        record = await lease.AppendAsync(
            record, (EventTypes.TurnRestarted, data with { Attempt = turn.Attempt + 1 }));
        var pause = failure?.RetryAfter is { } asked && asked > Pause ? asked : Pause;
        await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
        return record;
    }

    private async Task SpendAsync(long tokens)
    {
        if (tokens == 0) return;
        try
        {
            await budget.SpendAsync(tokens);
        }
        catch (HubUnavailableException exception)
        {
            LogNotCounted(tokens, exception.Message);
        }
    }

    private double Seconds(long started) => time.GetElapsedTime(started).TotalSeconds;

    [LoggerMessage(410, LogLevel.Warning,
        "Turn {Turn} of the discussion {Id} failed in attempt {Attempt}, because of {Reason}: trying again")]
    private partial void LogAgain(string id, int turn, int attempt, string reason, Exception exception);

    [LoggerMessage(411, LogLevel.Error,
        "Turn {Turn} of the discussion {Id} failed in attempt {Attempt}, because of {Reason}. The discussion has "
        + "ended. Check the model's settings and its server")]
    private partial void LogFailed(string id, int turn, int attempt, string reason, Exception exception);

    [LoggerMessage(412, LogLevel.Warning,
        "{Tokens} tokens could not be added to the tokens of this day, because Redis cannot be reached: {Reason}")]
    private partial void LogNotCounted(long tokens, string reason);
}
