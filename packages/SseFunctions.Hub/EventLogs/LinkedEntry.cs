namespace SseFunctions.Hub.EventLogs;

/// <summary>An entry that says after which it comes, so that one that is missing between two is seen.</summary>
/// <param name="Previous">The place of the entry before it in its log.</param>
/// <param name="Entry">The entry.</param>
internal readonly record struct LinkedEntry(LogPosition Previous, LogEntry Entry);
