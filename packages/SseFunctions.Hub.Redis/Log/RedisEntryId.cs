using System.Globalization;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Converts positions to and from the ids of a Redis stream, <c>milliseconds-sequence</c>.</summary>
internal static class RedisEntryId
{
    /// <summary>Writes a position as an id.</summary>
    public static string Format(LogPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Milliseconds}-{position.Sequence}");

    /// <summary>Reads an id. Null, or text that is not an id, gives the position 0-0, before all entries.</summary>
    public static LogPosition Parse(string? id) =>
        LogPosition.TryParse($"{LogPosition.Mark}{id}", out var position) ? position : default;
}
