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
    public async Task SpeakAsync(string discussion, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(discussion);
        await using var log = await logs.OpenAsync(DiscussionLog.TopicOf(discussion), cancellationToken);
        if (log is null || !DiscussionLog.Read(log.View()).Transcript.Unattended) return;
        var mayBegin = true;
        var result = await speaker.RunAsync(
            log,
            voices,
            _ =>
            {
                var isWanted = mayBegin;
                mayBegin = false;
                return Task.FromResult(isWanted);
            },
            cancellationToken);
        // If another instance speaks, that instance sends the message for the turn after its own.
        if (_queue is null || result is SpeakResult.Ended or SpeakResult.OtherSpeaks) return;
        await _queue.SendAsync(
            discussion, result == SpeakResult.NoPlace ? NoPlaceDelay : TimeSpan.Zero, cancellationToken);
    }
}
