namespace SseFunctions.Hub.EventLogs;

/// <summary>The end of a log at one moment.</summary>
/// <param name="Tail">The position of the last entry, whether the log still holds that entry or not.</param>
/// <param name="LastPublic">The position of the last public entry, whether the log still holds that entry or not. If
/// there was no public entry: a position before the first entry, which every subscriber may know.</param>
internal readonly record struct LogEnd(LogPosition Tail, LogPosition LastPublic);
