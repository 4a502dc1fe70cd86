using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Speaks the turns of unattended discussions, one for each message of the queue.</summary>
internal sealed class UnattendedTurns(
    ITopicLogs logs, Speaker speaker, ModelVoices voices, IEnumerable<ITurnMessages> queues)
    : IDiscussionTurns
{
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
        // Another instance speaks: it sends the message for the turn after its own.
        if (result is SpeakResult.NotWanted or SpeakResult.NoPlace && _queue is not null)
            await _queue.SendAsync(discussion, cancellationToken);
    }
}
