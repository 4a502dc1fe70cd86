using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;
using SseFunctions.Hub.Redis.Log;

namespace SseFunctions.Tests.Support;

internal static class EventLogExtensions
{
    /// <summary>Follows the log until it has this number of entries. The reader is registered before the method returns
    /// its task, so the log keeps what the caller appends next until this reader has it.</summary>
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

    /// <summary>Finds the position of an event id. Repeats the request while the log is unavailable, for instance
    /// because Redis answers too late on a busy machine.</summary>
    public static Task<LogPosition?> Find(this IEventLog log, string id) =>
        UntilAvailable(() => log.FindAsync(id, TestContext.Current.CancellationToken));

    /// <summary>Like <see cref="Find"/>, for a reader that may not see every entry.</summary>
    public static Task<LogPosition?> FindVisible(
        this IEventLog log, string id, Func<IReadOnlyList<string>, bool>? seesPrivate) =>
        UntilAvailable(() => log.FindVisibleAsync(id, seesPrivate, TestContext.Current.CancellationToken));

    /// <summary>Repeats a request while its store is unavailable.</summary>
    public static async Task<T> UntilAvailable<T>(Func<ValueTask<T>> answer)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (true)
        {
            try
            {
                return await answer();
            }
            catch (HubUnavailableException) when (DateTime.UtcNow < limit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>Waits until the log has been read from Redis. Its start does not always wait that long, and
    /// <see cref="RedisEventLog.IsCut"/> becomes false a moment after the entries are there.</summary>
    public static async Task UntilRead(this RedisEventLog log)
    {
        for (var limit = DateTime.UtcNow + Limits.Soon; log.IsCut;)
        {
            Assert.True(DateTime.UtcNow < limit, "The log was never read.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }
}
