using SseFunctions.Hub.Delivery;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Hub.Protocol;

/// <summary>The id that a subscriber gets when its stream opens at the end of the log, so that it can resume before it
/// has received an update.</summary>
internal static class StartCursor
{
    // Looking further back would cost more than opening the stream.
    private const int MaxEntries = 1000;
    private const int EntriesAtOnce = 64;

    /// <summary>The position of the last entry that the subscriber may see. The subscriber must not learn when others
    /// get private updates, so it is not told the position of the log's last entry. All entries between the two
    /// positions are invisible to the subscriber, so it gets the same updates from either.</summary>
    /// <remarks>If the last <see cref="MaxEntries"/> entries are all invisible to a subscriber that has rights, it is
    /// told the position of the last public entry. A subscriber that resumes from there may also receive private
    /// updates that were published before its stream opened; it misses none.</remarks>
    public static LogPosition Of(IEventLog log, LogEnd end, TopicSelectorSet rights)
    {
        if (rights.Selectors.Count == 0) return end.LastPublic;
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
