namespace SseFunctions.Hub.EventLogs;

/// <summary>An entry with the position of the entry before it, so that a reader notices a missing entry.</summary>
/// <param name="Previous">The position of the entry before this one in the log.</param>
/// <param name="Entry">The entry, with its own position.</param>
internal readonly record struct LinkedEntry(LogPosition Previous, LogEntry Entry);
