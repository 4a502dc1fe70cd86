namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>Ports of URLs (URL Standard, section 4.4, port state).</summary>
internal static class UrlPort
{
    private const int Max = ushort.MaxValue;

    /// <summary>Reads a port. False if the text has anything but digits or the number is too large.</summary>
    /// <param name="text">What stands behind the colon.</param>
    /// <param name="scheme">The scheme, whose default port is left out.</param>
    /// <param name="port">The canonical port; empty if it is missing or the default.</param>
    public static bool TryParse(ReadOnlySpan<char> text, string scheme, out string port)
    {
        port = "";
        if (text.ContainsAnyExceptInRange('0', '9')) return false;
        var number = text.TrimStart('0');
        if (text.IsEmpty) return true;
        if (number.Length > 5) return false;
        var value = number.IsEmpty ? 0 : int.Parse(number, null);
        if (value > Max) return false;
        port = value.ToString(null, null);
        if (port == UrlSchemes.DefaultPort(scheme)) port = "";
        return true;
    }
}
