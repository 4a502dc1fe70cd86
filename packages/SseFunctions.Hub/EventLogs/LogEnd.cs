namespace SseFunctions.Hub.EventLogs;

/// <summary>The end of a log at one moment.</summary>
/// <param name="Tail">The place of the last entry, held or not.</param>
/// <param name="LastPublic">The place of the last entry that is public, held or not. If there was none, the place
/// before the first entry as the log tells it to everyone.</param>
internal readonly record struct LogEnd(LogPosition Tail, LogPosition LastPublic);
