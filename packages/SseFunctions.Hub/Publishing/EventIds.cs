using System.Text;

namespace SseFunctions.Hub.Publishing;

/// <summary>The event ids that publishers choose, in the form in which the hub stores them.</summary>
internal static class EventIds
{
    /// <summary>The event id with which a client asks for the whole history (Mercure protocol).</summary>
    public const string Earliest = "earliest";

    /// <summary>Percent-encodes every character except visible ASCII, as RFC 3987, section 3.1 maps an IRI to a URI.
    /// Clients send the id back in the header Last-Event-ID, and some servers and proxies reject or change other
    /// characters in headers.</summary>
    public static string Escape(string id)
    {
        if (!id.AsSpan().ContainsAnyExceptInRange('!', '~')) return id;
        var text = new StringBuilder(id.Length * 3);
        foreach (var value in Encoding.UTF8.GetBytes(id))
        {
            if (value is >= (byte)'!' and <= (byte)'~') text.Append((char)value);
            else text.Append('%').Append(Convert.ToHexString([value]));
        }
        return text.ToString();
    }
}
