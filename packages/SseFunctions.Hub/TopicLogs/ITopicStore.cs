namespace SseFunctions.Hub.TopicLogs;

/// <summary>Where topic logs are stored. Each method is atomic. Thread-safe.</summary>
/// <remarks>All methods throw <see cref="HubUnavailableException"/> if the store cannot be reached or refuses; what the
/// method does may have happened all the same.</remarks>
internal interface ITopicStore
{
    /// <summary>Raised when a log has changed, on any thread: with its topic, and the number of its last event or 0. A
    /// signal may be lost.</summary>
    event Action<string, long>? Changed;

    /// <summary>Creates a log with its first events.</summary>
    /// <returns>False if the topic has a log.</returns>
    Task<bool> TryCreateAsync(
        string topic, TopicAppend first, TimeSpan retention, CancellationToken cancellationToken);

    /// <summary>Reads the events after an event, and the last snapshot if the caller does not have it.</summary>
    /// <param name="topic">The topic. The comparison is exact.</param>
    /// <param name="after">The number of the event; 0: all events that the log holds.</param>
    /// <param name="snapshotAt">The snapshot that the caller has: see <see cref="TopicPage.SnapshotAt"/>. -1: none.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Null if the topic has no log.</returns>
    Task<TopicPage?> ReadAsync(string topic, long after, long snapshotAt, CancellationToken cancellationToken);

    /// <summary>Takes the lease of a log if it is free, or with <paramref name="takeOver"/> in any case.</summary>
    /// <param name="topic">The topic. The comparison is exact.</param>
    /// <param name="holder">A name that no other lease has, without <c>-</c>: it is a part of the ids of the events
    /// that are appended with the lease. The epoch is not enough: a store that has lost its last writes, or a log that
    /// is created again, gives an epoch twice.</param>
    /// <param name="duration">How long the lease lasts.</param>
    /// <param name="takeOver">Whether to take the lease even if another holds it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Null if the topic has no log, or if the log has ended.</returns>
    Task<TopicLeaseOffer?> AcquireAsync(
        string topic, string holder, TimeSpan duration, bool takeOver, CancellationToken cancellationToken);

    /// <summary>Extends a lease that has not expired, and with it the time for which the log is kept.</summary>
    /// <returns>Null if the lease is lost.</returns>
    Task<TopicRenewal?> RenewAsync(
        string topic, string holder, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Gives a lease back. No effect if it is lost.</summary>
    Task ReleaseAsync(string topic, string holder, CancellationToken cancellationToken);

    /// <summary>Appends events, if the lease has not expired, nobody else has taken it, and the log has not ended. A
    /// repeated call with the same arguments appends nothing and succeeds.</summary>
    /// <param name="topic">The topic. The comparison is exact.</param>
    /// <param name="holder">The name with which the lease was taken.</param>
    /// <param name="after">The number of the log's last event, before this append.</param>
    /// <param name="append">The events, which get the numbers after <paramref name="after"/>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>False if one of these conditions is not met. Nothing was appended then.</returns>
    Task<bool> TryAppendAsync(
        string topic, string holder, long after, TopicAppend append, CancellationToken cancellationToken);

    /// <summary>Lists the logs of the topics directly below a path, the newest first.</summary>
    /// <param name="parent">The path: the topics up to their last slash.</param>
    /// <param name="before">Only logs that were created before this time, in milliseconds of Unix time.</param>
    /// <param name="count">The maximum number of logs.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    Task<IReadOnlyList<TopicSummary>> ListAsync(
        string parent, long before, int count, CancellationToken cancellationToken);
}
