namespace SseFunctions.Hub.EventLogs;

/// <summary>The end of a log at one moment.</summary>
/// <param name="Tail">The position of the last entry, held or not.</param>
/// <param name="LastPublic">The position of the last public entry, held or not. If there was none, a position before
/// the first entry that every subscriber may know.</param>
internal readonly record struct LogEnd(LogPosition Tail, LogPosition LastPublic);
