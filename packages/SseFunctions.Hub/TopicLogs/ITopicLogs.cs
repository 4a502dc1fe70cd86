namespace SseFunctions.Hub;

/// <summary>Logs of single topics, for topics that have a beginning and an end: an answer of an AI, a discussion, the
/// progress of a job. Each topic log has its own events, which do not take room in the hub's history; a snapshot, for
/// readers that come late; one writer at a time, who holds the lease; and a final event. All instances of an app share
/// the logs if the hub has a shared store. Thread-safe.</summary>
public interface ITopicLogs
{
    /// <summary>Creates the log of a topic with its first events. Of several calls for one topic, on whatever
    /// instances, exactly one creates the log.</summary>
    /// <param name="topic">The topic: a path such as <c>/answers/42</c>.</param>
    /// <param name="first">The first events: at least one.</param>
    /// <param name="retention">How long the log is kept after its last event. At least 1 s.</param>
    /// <param name="cancellationToken">Cancels the wait. The log may have been created all the same.</param>
    /// <returns>False if the topic already has a log.</returns>
    /// <exception cref="ArgumentException">The topic is empty, there is no event, or an event type contains CR, LF or
    /// NUL.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="retention"/> is less than 1 s.</exception>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    Task<bool> TryCreateAsync(
        string topic, TopicAppend first, TimeSpan retention, CancellationToken cancellationToken = default);

    /// <summary>Opens the log of a topic, with the events that it has now.</summary>
    /// <returns>Null if the topic has no log, or if its retention is over.</returns>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    Task<TopicLog?> OpenAsync(string topic, CancellationToken cancellationToken = default);

    /// <summary>Lists the logs of the topics directly below a path, the newest first.</summary>
    /// <param name="parent">The path, without a slash at its end: <c>/answers</c>.</param>
    /// <param name="before">Only logs that were created before this time; null: all.</param>
    /// <param name="count">The maximum number of logs.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="HubUnavailableException">The shared store cannot be reached, or refuses.</exception>
    Task<IReadOnlyList<TopicSummary>> ListAsync(
        string parent, DateTimeOffset? before, int count, CancellationToken cancellationToken = default);
}
