using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>Finds the event id that a client gets when its stream starts at the end of the log, so that the client can
/// resume even if the stream breaks before its first update.</summary>
internal static class StartCursor
{
    // A search further back would cost more than opening the stream.
    private const int MaxEntries = 1000;
    private const int EntriesAtOnce = 64;

    /// <summary>Returns the position of the last entry that the subscriber may see. The position of the log's last
    /// entry would tell the subscriber when others get private updates. The subscriber may see no entry between the two
    /// positions, so it gets the same updates from either.</summary>
    /// <remarks>If a subscriber with rights may see none of the last <see cref="MaxEntries"/> entries, the result is
    /// the position of the last public entry. A client that resumes from there misses nothing, but may also receive
    /// private updates that were published before its stream opened.</remarks>
    public static LogPosition Of(IEventLog log, LogEnd end, TopicMatcherSet rights)
    {
        if (rights.Matchers.Count == 0) return end.LastPublic;
        var entries = new LogEntry[EntriesAtOnce];
        var before = end.Tail with { Sequence = end.Tail.Sequence + 1 };
        for (var seen = 0; seen < MaxEntries;)
        {
            var count = log.ReadBack(before, entries);
            for (var index = count - 1; index >= 0; index--)
            {
                var entry = entries[index];
                if (entry.IsVisibleTo(rights)) return entry.Position;
            }
            if (count < entries.Length) break;
            before = entries[0].Position;
            seen += count;
        }
        return end.LastPublic;
    }
}
