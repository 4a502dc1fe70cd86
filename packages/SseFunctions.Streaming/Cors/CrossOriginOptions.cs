using System.Buffers;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Streaming;

/// <summary>Which pages of other origins may read our answers. Section <c>Cors</c>.</summary>
public sealed class CrossOriginOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Cors";

    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Origins such as <c>https://example.com</c>: <c>Cors__AllowedOrigins__0</c> and so on, or one value with
    /// commas. <c>https://*.example.com</c> allows all hosts below one; <c>*</c> allows all origins, that of a page
    /// opened from a file included, but no cookies. Default: none. Leave the platform's own CORS empty, or headers come
    /// twice.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Request headers that pages may send beside those that the routes need and those of
    /// <see cref="CrossOriginRules.UsualHeaders"/>: <c>Cors__AllowedHeaders__0</c> and so on, or one value with commas.
    /// Default: none.</summary>
    public IReadOnlyList<string> AllowedHeaders { get; set; } = [];

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        foreach (var problem in OriginList.Problems($"{Section}:{nameof(AllowedOrigins)}", AllowedOrigins))
            yield return problem;
        foreach (var header in AllowedHeaders)
        {
            // With cookies, a browser takes * for the name of a header (Fetch, 3.2.5): it would allow nothing.
            if (header == "*" || header.AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                yield return $"{Section}:{nameof(AllowedHeaders)} has '{header}': write the name of one header, such "
                    + "as X-Request-ID; * is not possible.";
            }
        }
    }
}
