namespace SseFunctions.Hub.Topics;

/// <summary>The match types of Mercure 1.0, as they are written.</summary>
internal static class MatchTypes
{
    private const string Exact = "exact";
    private const string UrlPattern = "urlpattern";

    /// <summary>All match types, for messages.</summary>
    public const string All = $"{Exact} or {UrlPattern}";

    /// <summary>The name of a kind; empty for a selector, which has none.</summary>
    public static string NameOf(MatchKind kind) => kind switch
    {
        MatchKind.Exact => Exact,
        MatchKind.UrlPattern => UrlPattern,
        _ => "",
    };

    /// <summary>The kind of this name; null if no kind has it.</summary>
    public static MatchKind? Parse(string? name) => name switch
    {
        Exact => MatchKind.Exact,
        UrlPattern => MatchKind.UrlPattern,
        _ => null,
    };
}
