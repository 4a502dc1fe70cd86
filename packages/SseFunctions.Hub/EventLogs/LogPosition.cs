using System.Globalization;

namespace SseFunctions.Hub.EventLogs;

/// <summary>A position in a log: the milliseconds of Unix time when the entry was appended, and a count within them.
/// </summary>
/// <param name="Milliseconds">Never goes backwards within a log, even if the clock does.</param>
/// <param name="Sequence">Tells the entries of one millisecond apart.</param>
internal readonly record struct LogPosition(long Milliseconds, long Sequence) : IComparable<LogPosition>
{
    /// <summary>The first character of every id that a log gives. No id of a publisher begins with it.</summary>
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

    /// <summary>Reads an id exactly as <see cref="ToString"/> writes it; another way to write the same numbers is not
    /// accepted.</summary>
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

    /// <summary>The position after this one for an entry that is appended now.</summary>
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

    /// <summary>The event id <c>#milliseconds-sequence</c>: ids that begin with <c>#</c> are a hub's own in the Mercure
    /// protocol, and these bytes need no CORS preflight in a Last-Event-ID.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mark}{Milliseconds}{Separator}{Sequence}");

    private static bool TryParse(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
