using System.Globalization;

namespace SseFunctions.Hub.EventLogs;

/// <summary>A position in a log: the Unix time in milliseconds at which the entry was appended, and a count within that
/// millisecond.</summary>
/// <param name="Milliseconds">The time. Never decreases within a log, even if the clock goes backwards.</param>
/// <param name="Sequence">Distinguishes the entries of one millisecond.</param>
internal readonly record struct LogPosition(long Milliseconds, long Sequence) : IComparable<LogPosition>
{
    /// <summary>The first character of every event id that a log assigns. No publisher's id begins with it.</summary>
    public const char Mark = '#';
    private const char Separator = '-';

    /// <summary>Whether the left position is before the right one.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left position is after the right one.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left position is the right one or before it.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left position is the right one or after it.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    /// <summary>Parses an event id exactly as <see cref="ToString"/> writes it. Other spellings of the same numbers are
    /// refused.</summary>
    public static bool TryParse(string id, out LogPosition position)
    {
        ArgumentNullException.ThrowIfNull(id);
        position = default;
        var separator = id.IndexOf(Separator, StringComparison.Ordinal);
        if (separator < 0 || id[0] != Mark
            || !TryParse(id.AsSpan(1, separator - 1), out var first)
            || !TryParse(id.AsSpan(separator + 1), out var second))
            return false;
        position = new LogPosition(first, second);
        return position.ToString() == id;
    }

    /// <summary>The position of an entry that is appended directly after this position, at this time.</summary>
    public LogPosition Next(DateTimeOffset now)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        return milliseconds > Milliseconds
            ? new LogPosition(milliseconds, 0)
            : new LogPosition(Milliseconds, Sequence + 1);
    }

    /// <inheritdoc/>
    public int CompareTo(LogPosition other) =>
        Milliseconds != other.Milliseconds
            ? Milliseconds.CompareTo(other.Milliseconds)
            : Sequence.CompareTo(other.Sequence);

    /// <summary>Returns the event id <c>#milliseconds-sequence</c>. The Mercure protocol reserves ids that begin with
    /// <c>#</c> for the hub, and a Last-Event-ID of these characters needs no CORS preflight.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mark}{Milliseconds}{Separator}{Sequence}");

    private static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
