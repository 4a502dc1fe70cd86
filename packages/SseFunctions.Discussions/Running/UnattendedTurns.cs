using Microsoft.Extensions.Logging;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Speaks the turns of unattended discussions, one for each message of the queue.</summary>
internal sealed partial class UnattendedTurns(
    ITopicLogs logs,
    Speaker speaker,
    ModelVoices voices,
    ISharedCounts counts,
    IEnumerable<ITurnMessages> queues,
    ILogger<UnattendedTurns> logger)
    : IDiscussionTurns
{
    private static readonly TimeSpan NoPlaceDelay = TimeSpan.FromSeconds(15);

    // Longer than a lease lasts: if the instance that spoke is lost, the message finds the lease free.
    private static readonly TimeSpan LaterDelay = Speaker.LeaseDuration + TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PlaceMargin = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly ITurnMessages? _queue = queues.FirstOrDefault();

    /// <inheritdoc/>
    public async Task SpeakAsync(string message, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(message);
        var asked = TurnMessage.Parse(message);
        try
        {
            await SpeakAsync(asked, cancellationToken);
        }
        catch (HubUnavailableException exception) when (_queue is not null)
        {
            // Not thrown on: after some failures the queue would drop the message, and nobody would go on.
            LogLater(asked.Discussion, LaterDelay.TotalSeconds, exception.Message);
            await _queue.SendAsync(message, LaterDelay, cancellationToken);
        }
    }

    private async Task SpeakAsync(TurnMessage asked, CancellationToken cancellationToken)
    {
        await using var log = await logs.OpenAsync(DiscussionLog.TopicOf(asked.Discussion), cancellationToken);
        if (log is null || !DiscussionLog.Read(log.View()).Transcript.Unattended) return;
        var result = await speaker.RunAsync(
            log,
            voices,
            // Asked with the lease, so no other instance can have spoken this turn in the meantime.
            _ => Task.FromResult(Next(log).Turn <= asked.Turn),
            cancellationToken);
        if (_queue is null || result == SpeakResult.Ended) return;
        var next = Next(log);
        // More turns were spoken meanwhile: because of another message, or by an instance with a viewer.
        var isOvertaken = next.Turn > asked.Turn + 1;
        if (result == SpeakResult.NotWanted && !isOvertaken)
            await _queue.SendAsync($"{next}", TimeSpan.Zero, cancellationToken);
        else
            await SendLaterAsync(_queue, next, result == SpeakResult.NoPlace ? NoPlaceDelay : LaterDelay);
    }

    // The instance that speaks may be lost, and only this message may be left then. Of the messages that find it
    // speaking, one is enough: the others end here, so that a flood of messages does not go round and round.
    private async Task SendLaterAsync(ITurnMessages queue, TurnMessage next, TimeSpan delay)
    {
        KeyValuePair<string, int>[] room = [new($"discussions:later:{next.Discussion}", 1)];
        var member = Guid.NewGuid().ToString("N");
        // The place is free again when the message arrives.
        if (await counts.TryEnterAsync(room, member, delay - PlaceMargin, CancellationToken.None) is not null) return;
        try
        {
            await queue.SendAsync($"{next}", delay, CancellationToken.None);
        }
        catch
        {
            // The message that is being handled arrives again.
            await counts.LeaveAsync([room[0].Key], member, CancellationToken.None);
            throw;
        }
    }

    private static TurnMessage Next(TopicLog log) => TurnMessage.Next(DiscussionLog.Read(log.View()).Transcript);

    [LoggerMessage(430, LogLevel.Warning,
        "The discussion {Id} cannot go on now, because its log cannot be reached: its message is tried again in "
        + "{Seconds} s. {Reason}")]
    private partial void LogLater(string id, double seconds, string reason);
}
