namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The pattern of each component, as it was written: URLPatternInit of the URL Pattern Standard.</summary>
internal sealed class PatternComponents
{
    /// <summary>How many components there are.</summary>
    public const int Count = (int)UrlComponent.Hash + 1;

    private const string Syntax = "+*?:{}()\\";

    private readonly string?[] _patterns = new string?[Count];

    /// <summary>A component's pattern. Null if it was not given.</summary>
    public string? this[UrlComponent component]
    {
        get => _patterns[(int)component];
        set => _patterns[(int)component] = value;
    }

    /// <summary>Whether at least one of the components was given.</summary>
    public bool HasAny(params ReadOnlySpan<UrlComponent> components)
    {
        foreach (var component in components)
        {
            if (this[component] is not null) return true;
        }
        return false;
    }

    /// <summary>Takes what was not given from a base URL, as a relative URL does (URL Pattern Standard, section 3.2).
    /// </summary>
    /// <param name="baseUrl">The base URL. Its user name and password are not taken.</param>
    public void Inherit(WhatwgUrl baseUrl)
    {
        const UrlComponent Protocol = UrlComponent.Protocol, Hostname = UrlComponent.Hostname, Port = UrlComponent.Port,
            Pathname = UrlComponent.Pathname, Search = UrlComponent.Search, Hash = UrlComponent.Hash;
        var inheritsHost = !HasAny(Protocol, Hostname);
        var inheritsPort = inheritsHost && !HasAny(Port);
        var inheritsPath = inheritsPort && !HasAny(Pathname);
        var inheritsQuery = inheritsPath && !HasAny(Search);
        var inheritsHash = inheritsQuery && !HasAny(Hash);
        this[Protocol] ??= Escape(baseUrl.Scheme);
        if (inheritsHost) this[Hostname] = Escape(baseUrl.Host ?? "");
        if (inheritsPort) this[Port] = baseUrl.Port;
        if (inheritsPath) this[Pathname] = Escape(baseUrl.Path);
        else if (this[Pathname] is { } path && !IsAbsolute(path)) InheritFolder(baseUrl, path);
        if (inheritsQuery) this[Search] = Escape(baseUrl.Query ?? "");
        if (inheritsHash) this[Hash] = Escape(baseUrl.Fragment ?? "");
    }

    private void InheritFolder(WhatwgUrl baseUrl, string path)
    {
        if (baseUrl.HasOpaquePath) return;
        var basePath = Escape(baseUrl.Path);
        this[UrlComponent.Pathname] = basePath[..(basePath.LastIndexOf('/') + 1)] + path;
    }

    private static bool IsAbsolute(string path) => path is ['/', ..] or ['\\' or '{', '/', ..];

    private static string Escape(string text) => string.Concat(
        text.Select(character => Syntax.Contains(character) ? $"\\{character}" : character.ToString()));
}
