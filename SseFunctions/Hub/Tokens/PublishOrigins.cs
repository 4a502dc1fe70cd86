using System.Text;

namespace SseFunctions.Hub.Tokens;

/// <summary>The origins whose pages may publish on the authority of a cookie: <c>*</c>, <c>https://app.example.com</c>,
/// or <c>https://*.example.com</c>, where the star is one or more labels of the host.</summary>
public static class PublishOrigins
{
    private const string Any = "*";
    private const string Wildcard = "://*.";
    private const string SomeLabel = "://x.";

    /// <summary>A sentence for each item of the list that cannot be used, saying what to change.</summary>
    /// <param name="setting">The name of the setting, such as <c>Hub:PublishOrigins</c>.</param>
    /// <param name="items">Its items.</param>
    public static IEnumerable<string> Problems(string setting, IEnumerable<string> items) =>
        from item in items
        let origin = item.Replace(Wildcard, SomeLabel, StringComparison.Ordinal)
        where item != Any && (origin.Contains('*', StringComparison.Ordinal) || Origin(origin) is null)
        select $"{setting} has '{item}': write an origin as a browser does, scheme://host or scheme://host:port, "
            + "without a path or a slash at the end; scheme://*.host for all hosts below it; or * for all.";

    /// <summary>Whether an item of the list allows the origin.</summary>
    internal static bool Allow(IReadOnlyList<string> items, Uri origin)
    {
        foreach (var item in items)
        {
            if (item == Any || Fits(item, origin)) return true;
        }
        return false;
    }

    /// <summary>An origin as a browser writes it (RFC 6454, section 6.2), or null if the text is none. In ASCII: to ask
    /// for the ASCII name of some other hosts throws.</summary>
    internal static Uri? Origin(string text) =>
        Ascii.IsValid(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Host.Length > 0 && uri.UserInfo.Length == 0
            && !text.EndsWith('/') && uri.PathAndQuery.Length <= 1 && uri.Fragment.Length == 0
            && !text.Contains('\\', StringComparison.Ordinal) ? uri : null;

    /// <summary>Whether two origins are the same: scheme, host and port (RFC 6454, section 5).</summary>
    internal static bool AreSame(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && one.IdnHost == other.IdnHost;

    private static bool Fits(string item, Uri origin)
    {
        var isWildcard = item.Contains(Wildcard, StringComparison.Ordinal);
        var bare = isWildcard ? item.Replace("*.", "", StringComparison.Ordinal) : item;
        if (Origin(bare) is not { } allowed) return false;
        if (!isWildcard) return AreSame(allowed, origin);
        // With the dot: evilexample.com does not end with .example.com, and neither does example.com itself.
        return allowed.Scheme == origin.Scheme && allowed.Port == origin.Port
            && origin.IdnHost.EndsWith("." + allowed.IdnHost, StringComparison.Ordinal)
            && origin.IdnHost.Length > allowed.IdnHost.Length + 1;
    }
}
