using System.Globalization;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Hub.Redis.Log;

/// <summary>Places as Redis writes them: the ids of a stream's entries.</summary>
internal static class RedisPlace
{
    /// <summary>The id.</summary>
    public static string Of(LogPosition place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Milliseconds}-{place.Sequence}");

    /// <summary>The place of an id; the one before all others for null, or for what is no id.</summary>
    public static LogPosition Read(string? id) =>
        LogPosition.TryParse($"{LogPosition.Mark}{id}", out var place) ? place : default;
}
