namespace SseFunctions.Hub;

/// <summary>What a topic log says at one moment. Immutable.</summary>
/// <param name="Snapshot">The last snapshot; null if there is none.</param>
/// <param name="Events">All events after the snapshot, in order; all events of the log if there is no snapshot.</param>
/// <param name="LastId">The id of the last event.</param>
/// <param name="IsEnded">Whether the last event is final.</param>
public sealed record TopicView(string? Snapshot, IReadOnlyList<TopicEvent> Events, string LastId, bool IsEnded);
