namespace SseFunctions.Cors;

/// <summary>Which pages of other origins may read our answers. Section <c>Cors</c>.</summary>
public sealed class CrossOriginOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Cors";

    /// <summary>Stands for every origin, that of a page opened from a file included.</summary>
    public const string AnyOrigin = "*";

    /// <summary>Origins such as <c>https://example.com</c>: <c>Cors__AllowedOrigins__0</c> and so on, or one value with
    /// commas. <c>*</c> allows all. Default: none. Leave the platform's own CORS empty, or headers come
    /// twice.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems() =>
        from origin in AllowedOrigins
        where origin != AnyOrigin && !IsOrigin(origin)
        select $"{Section}:{nameof(AllowedOrigins)} has '{origin}': write an origin as a browser does, scheme://host "
            + "or scheme://host:port, without a path or a slash at the end, or * for all.";

    // Authority ends where GetLeftPart says: anything behind it is no part of an origin (RFC 6454, section 6.2).
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.UserInfo.Length == 0
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);
}
