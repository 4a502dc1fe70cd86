using Microsoft.Extensions.Logging;
using SseFunctions.Hub;

namespace SseFunctions.Discussions.Running;

/// <summary>Speaks the turns of unattended discussions, one for each message of the queue.</summary>
internal sealed partial class UnattendedTurns(
    ITopicLogs logs,
    Speaker speaker,
    ModelVoices voices,
    IEnumerable<ITurnMessages> queues,
    ILogger<UnattendedTurns> logger)
    : IDiscussionTurns
{
    private static readonly TimeSpan NoPlaceDelay = TimeSpan.FromSeconds(15);

    // Longer than a lease lasts: if the instance that spoke is lost, the message finds the lease free.
    private static readonly TimeSpan LaterDelay = Speaker.LeaseDuration + TimeSpan.FromSeconds(5);

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
        // This turn and the next are spoken already: another message has overtaken this one.
        if (next.Turn > asked.Turn + 1) return;
        var delay = result switch
        {
            SpeakResult.NoPlace => NoPlaceDelay,
            // An instance with a viewer speaks, or has just been lost.
            SpeakResult.OtherSpeaks or SpeakResult.LeaseLost => LaterDelay,
            _ => TimeSpan.Zero,
        };
        await _queue.SendAsync($"{next}", delay, cancellationToken);
    }

    private static TurnMessage Next(TopicLog log) => TurnMessage.Next(DiscussionLog.Read(log.View()).Transcript);

    [LoggerMessage(430, LogLevel.Warning,
        "The discussion {Id} cannot go on now, because its log cannot be reached: its message is tried again in "
        + "{Seconds} s. {Reason}")]
    private partial void LogLater(string id, double seconds, string reason);
}
