namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>What all URLs that match a pattern have: the texts of components that are fixed, and the start of the first
/// that is not. Immutable and thread-safe.</summary>
internal sealed class UrlIndexKey
{
    // Not in URLs.
    private const char End = '\0';

    // Each of them may be fixed or not. Then come those that are of use only if the ones before them are fixed.
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

    /// <summary>What <see cref="TextOf"/> starts with for each URL that matches the pattern.</summary>
    public string Prefix { get; }

    /// <summary>What starts with the prefix of a pattern of this shape, if the URL matches the pattern.</summary>
    public static string TextOf(WhatwgUrl url, int shape) =>
        string.Concat(OriginOf(shape).Concat(Behind).Select(component => url[component] + End));

    private static IEnumerable<UrlComponent> OriginOf(int shape) =>
        Origin.Where(component => (shape & (1 << (int)component)) != 0);
}
