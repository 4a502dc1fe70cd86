using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Entries that were read together.</summary>
/// <param name="Tail">The place of the log's last entry, just before.</param>
/// <param name="Entries">In order.</param>
/// <param name="IsFull">Whether there may be more.</param>
internal sealed record RedisPage(LogPosition Tail, IReadOnlyList<LinkedEntry> Entries, bool IsFull);
