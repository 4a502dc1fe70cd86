namespace SseFunctions.Hub;

/// <summary>A topic log in a list.</summary>
/// <param name="Topic">The topic: a path such as <c>/answers/42</c>.</param>
/// <param name="Created">When the log was created. With the value of the last summary as <c>before</c>,
/// <see cref="ITopicLogs.ListAsync"/> returns the next ones.</param>
/// <param name="Snapshot">The last snapshot; null if there is none.</param>
/// <param name="IsEnded">Whether the log has its final event.</param>
/// <param name="IsLeased">Whether somebody may append now.</param>
public sealed record TopicSummary(
    string Topic, DateTimeOffset Created, string? Snapshot, bool IsEnded, bool IsLeased);
