namespace SseFunctions.Hub.TopicLogs;

/// <summary>The result of one read of a topic log. Immutable.</summary>
/// <param name="Created">See <see cref="TopicPosition.Created"/>.</param>
/// <param name="Events">The events, in order and without gaps. If the log no longer holds the events directly after the
/// position that was asked for, they begin later.</param>
/// <param name="IsEnded">Whether the last event of the log is final.</param>
/// <param name="SnapshotAt">The number of the last event that the last snapshot contains; -1 if there is none.</param>
/// <param name="Snapshot">The last snapshot; null if the reader has it already, or if there is none.</param>
internal sealed record TopicPage(
    long Created, IReadOnlyList<TopicEvent> Events, bool IsEnded, long SnapshotAt, string? Snapshot);

/// <summary>The result of asking for a lease.</summary>
/// <param name="Epoch">The epoch: the number of times that the lease of this log was taken. 0: another holds the lease.
/// </param>
/// <param name="Last">The number of the log's last event.</param>
/// <param name="WasWanted">Whether somebody asked for the lease recently, while another held it.</param>
internal readonly record struct TopicLeaseOffer(long Epoch, long Last, bool WasWanted);

/// <summary>The result of renewing a lease.</summary>
/// <param name="IsWanted">Whether somebody else has asked for the lease recently.</param>
internal readonly record struct TopicRenewal(bool IsWanted);
