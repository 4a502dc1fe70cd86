using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Speaks the turns of unattended discussions, one for each message of the queue.</summary>
internal sealed class UnattendedTurns(
    ITopicLogs logs, Speaker speaker, ModelVoices voices, IEnumerable<ITurnMessages> queues)
    : IDiscussionTurns
{
    private static readonly TimeSpan NoPlaceDelay = TimeSpan.FromSeconds(15);

    private readonly ITurnMessages? _queue = queues.FirstOrDefault();

    /// <inheritdoc/>
    public async Task SpeakAsync(string message, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(message);
        var (id, turn) = TurnMessage.Parse(message);
        await using var log = await logs.OpenAsync(DiscussionLog.TopicOf(id), cancellationToken);
        if (log is null || !DiscussionLog.Read(log.View()).Transcript.Unattended) return;
        var result = await speaker.RunAsync(
            log,
            voices,
            // Asked with the lease, so no other instance can have spoken this turn in the meantime.
            _ => Task.FromResult(Spoken(log) < turn),
            cancellationToken);
        if (_queue is null || result is SpeakResult.Ended or SpeakResult.OtherSpeaks) return;
        var spoken = Spoken(log);
        // This turn and the next are spoken already: another message has overtaken this one.
        if (spoken > turn) return;
        await _queue.SendAsync(
            new TurnMessage(id, spoken + 1).ToString(),
            result == SpeakResult.NoPlace ? NoPlaceDelay : TimeSpan.Zero,
            cancellationToken);
    }

    private static int Spoken(TopicLog log) =>
        DiscussionLog.Read(log.View()).Transcript.Turns.Count(turn => turn.Finish is not null);
}
