namespace SseFunctions.Streaming.Cors;

/// <summary>The origins of a setting: <c>https://app.example.com</c>; <c>https://*.example.com</c>, where the star
/// stands for one or more labels of the host; or <c>*</c> for all origins. Immutable.</summary>
internal sealed class OriginList
{
    /// <summary>The item that allows all origins.</summary>
    public const string Any = "*";

    private const string Wildcard = "://*.";

    private readonly HashSet<Origin> _origins = [];
    private readonly List<Origin> _parents = [];

    /// <summary>Reads the items of a setting, and skips invalid items.</summary>
    public OriginList(IEnumerable<string> items)
    {
        foreach (var item in items)
        {
            if (item == Any) AllowsAll = true;
            else if (Read(item, out var isParent) is not { } origin) continue;
            else if (isParent) _parents.Add(origin);
            else _origins.Add(origin);
        }
    }

    public bool IsEmpty => !AllowsAll && _origins.Count == 0 && _parents.Count == 0;

    /// <summary>Whether <c>*</c> is in the list.</summary>
    public bool AllowsAll { get; }

    /// <summary>Validates the items of a setting, such as <c>Cors:AllowedOrigins</c>: returns one sentence for each
    /// invalid item, which says what to change.</summary>
    public static IEnumerable<string> Problems(string setting, IEnumerable<string> items) =>
        from item in items
        where item != Any && Read(item, out _) is null
        select $"{setting} has '{item}': write an origin as a browser does, scheme://host or scheme://host:port, "
            + "without a path or a slash at the end; scheme://*.host for all its subdomains; or * for all origins.";

    /// <summary>Whether an item of the list allows the origin.</summary>
    public bool Allows(Origin origin) => AllowsAll || _origins.Contains(origin) || IsBelowOne(origin);

    private static Origin? Read(string item, out bool isParent)
    {
        isParent = item.Contains(Wildcard, StringComparison.Ordinal);
        var rest = isParent ? item.Replace(Wildcard, "://", StringComparison.Ordinal) : item;
        return rest.Contains('*', StringComparison.Ordinal) ? null : Origin.Parse(rest);
    }

    private bool IsBelowOne(Origin origin)
    {
        foreach (var parent in _parents)
        {
            // The host must have a label and a dot before the parent: neither evilexample.com nor example.com is a
            // subdomain of example.com.
            if (parent.Scheme == origin.Scheme && parent.Port == origin.Port
                && origin.Host.Length > parent.Host.Length + 1
                && origin.Host[^(parent.Host.Length + 1)] == '.'
                && origin.Host.EndsWith(parent.Host, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
