using System.Text;

namespace SseFunctions.Hub.Publishing;

/// <summary>The ids that publishers choose, as the hub keeps them.</summary>
internal static class EventIds
{
    /// <summary>Stands for everything that is held, where an id is asked for.</summary>
    public const string Earliest = "earliest";

    /// <summary>The id in visible ASCII: everything else is percent-encoded, as an IRI is to become a URI (RFC 3987,
    /// 3.1). Subscribers send it back in a header, where anything else would break at some server or proxy.</summary>
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
