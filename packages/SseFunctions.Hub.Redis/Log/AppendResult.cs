using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>The result of appending a batch of updates in Redis.</summary>
/// <param name="Time">Redis' time, in milliseconds of Unix time.</param>
/// <param name="Refusal">Why nothing was appended; null if the batch was appended.</param>
/// <param name="Entries">For each update of the batch, in order, its entry in the log: a new entry, or the earlier
/// entry that the update repeats. Empty if nothing was appended.</param>
/// <param name="Added">The new entries, in order.</param>
internal sealed record AppendResult(
    long Time, AppendRefusal? Refusal, IReadOnlyList<LogEntry> Entries, LinkedEntry[] Added);
