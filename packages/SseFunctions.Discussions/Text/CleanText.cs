using System.Text;

namespace SseFunctions.Discussions.Text;

/// <summary>Makes text that arrives in pieces valid: the same Unicode text that JSON carries, with <c>\n</c> as its
/// only line break. The result does not depend on where the pieces were split. Not thread-safe.</summary>
/// <remarks><c>\r\n</c> and <c>\r</c> become <c>\n</c>. Other control characters except <c>\t</c> are removed. A half
/// of a surrogate pair without the other half becomes U+FFFD.</remarks>
internal sealed class CleanText
{
    private const char Replacement = '\uFFFD';

    private char? _high;
    private bool _isAfterCarriageReturn;

    /// <summary>Appends the next piece to <paramref name="target"/>. A high surrogate at its end is held back until the
    /// next piece arrives, so that no pair is ever split.</summary>
    public void Append(ReadOnlySpan<char> piece, StringBuilder target)
    {
        foreach (var unit in piece)
        {
            if (_high is { } high)
            {
                _high = null;
                if (char.IsLowSurrogate(unit))
                {
                    target.Append(high).Append(unit);
                    continue;
                }
                target.Append(Replacement);
            }
            var endsLineBreak = _isAfterCarriageReturn && unit == '\n';
            _isAfterCarriageReturn = unit == '\r';
            if (endsLineBreak) continue;
            if (char.IsHighSurrogate(unit)) _high = unit;
            else if (char.IsLowSurrogate(unit)) target.Append(Replacement);
            else if (unit == '\r') target.Append('\n');
            else if (!char.IsControl(unit) || unit is '\n' or '\t') target.Append(unit);
        }
    }

    /// <summary>Appends what was held back. Call it once, after the last piece.</summary>
    public void Complete(StringBuilder target)
    {
        if (_high is not null) target.Append(Replacement);
        _high = null;
    }

    /// <summary>Returns the whole text, cleaned.</summary>
    public static string Of(string text)
    {
        var (cleaner, target) = (new CleanText(), new StringBuilder(text.Length));
        cleaner.Append(text, target);
        cleaner.Complete(target);
        return target.ToString();
    }

    /// <summary>Returns how many units of a clean text can be taken, at most <paramref name="length"/>, without
    /// splitting a surrogate pair.</summary>
    public static int WholeLength(StringBuilder text, int length)
    {
        if (length >= text.Length) return text.Length;
        return char.IsLowSurrogate(text[length]) ? length - 1 : length;
    }

    /// <summary>Returns the beginning of a text, at most <paramref name="length"/> units, without splitting a surrogate
    /// pair.</summary>
    public static string Head(string text, int length) =>
        length >= text.Length ? text : text[..(char.IsLowSurrogate(text[length]) ? length - 1 : length)];

    /// <summary>Returns the end of a text, at most <paramref name="length"/> units, without splitting a surrogate
    /// pair.</summary>
    public static string Tail(string text, int length)
    {
        if (length >= text.Length) return text;
        var start = text.Length - length;
        return text[(length > 0 && char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }
}
