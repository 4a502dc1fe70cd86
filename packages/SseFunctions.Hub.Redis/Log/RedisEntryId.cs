using System.Globalization;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Converts positions to and from the ids of a Redis stream, <c>milliseconds-sequence</c>.</summary>
internal static class RedisEntryId
{
    /// <summary>Writes a position as an id.</summary>
    public static string Format(LogPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Milliseconds}-{position.Sequence}");

    /// <summary>Reads an id; the position 0-0, before all others, for null or text that is not an id.</summary>
    public static LogPosition Parse(string? id) =>
        LogPosition.TryParse($"{LogPosition.Mark}{id}", out var position) ? position : default;
}
