using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Entries that were read from Redis in one request.</summary>
/// <param name="Tail">The position of the log's last entry, read just before the entries.</param>
/// <param name="Entries">The entries, in order.</param>
/// <param name="IsFull">Whether there may be more entries to read.</param>
internal sealed record RedisPage(LogPosition Tail, IReadOnlyList<LinkedEntry> Entries, bool IsFull);
