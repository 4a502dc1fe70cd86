namespace SseFunctions.Hub.EventLogs;

/// <summary>An entry with the position of the entry before it, so that a missing entry is noticed.</summary>
/// <param name="Previous">The position of the entry before it in the log.</param>
/// <param name="Entry">The entry.</param>
internal readonly record struct LinkedEntry(LogPosition Previous, LogEntry Entry);
