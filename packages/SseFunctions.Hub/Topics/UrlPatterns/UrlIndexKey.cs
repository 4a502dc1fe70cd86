namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>What all URLs that match a pattern have in common: the texts of the components that are fixed, and the
/// start of the first component that is not. Immutable and thread-safe.</summary>
internal sealed class UrlIndexKey
{
    // No URL contains this character.
    private const char End = '\0';

    // Each component of the origin can be used if it is fixed. A component behind the origin can be used only if all
    // before it, from the path on, are fixed.
    private static readonly UrlComponent[] Origin = [UrlComponent.Protocol, UrlComponent.Hostname, UrlComponent.Port];
    private static readonly UrlComponent[] Behind = [UrlComponent.Pathname, UrlComponent.Search, UrlComponent.Hash];

    public UrlIndexKey(UrlPattern pattern)
    {
        Shape = Array.FindAll(Origin, component => pattern[component].IsFixed).Sum(component => 1 << (int)component);
        Prefix = string.Concat(OriginOf(Shape).Select(component => pattern[component].Prefix + End));
        foreach (var component in Behind)
        {
            Prefix += pattern[component].Prefix;
            if (!pattern[component].IsFixed) break;
            Prefix += End;
        }
    }

    /// <summary>Says which components of the origin are fixed.</summary>
    public int Shape { get; }

    /// <summary>The start of <see cref="TextOf"/> for every URL that matches the pattern.</summary>
    public string Prefix { get; }

    /// <summary>Returns a text of the URL that starts with the prefix of each pattern of this shape that the URL
    /// matches.</summary>
    public static string TextOf(WhatwgUrl url, int shape) =>
        string.Concat(OriginOf(shape).Concat(Behind).Select(component => url[component] + End));

    private static IEnumerable<UrlComponent> OriginOf(int shape) =>
        Origin.Where(component => (shape & (1 << (int)component)) != 0);
}
