using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Tests.Support;

internal static class EventLogExtensions
{
    /// <summary>Follows the log until that many entries have come. It follows before it returns its task. So what the
    /// caller then appends stays in the log until this reader has it, however little the log holds.</summary>
    public static async Task<List<LogEntry>> Follow(this IEventLog log, int count, LogPosition after = default)
    {
        var entries = new List<LogEntry>();
        await foreach (var batch in log.FollowAsync(after, TestContext.Current.CancellationToken))
        {
            entries.AddRange(batch.ToArray());
            if (entries.Count >= count) break;
        }
        return entries;
    }

    /// <inheritdoc cref="Follow"/>
    public static async Task<List<LogPosition>> FollowPositions(
        this IEventLog log, int count, LogPosition after = default) =>
        (await log.Follow(count, after)).ConvertAll(entry => entry.Position);
}
