using System.Buffers;
using SseFunctions.Streaming.Configuration;
using SseFunctions.Streaming.Cors;

namespace SseFunctions.Streaming;

/// <summary>The settings for pages of other origins, section <c>Cors</c>.</summary>
public sealed class CrossOriginOptions : ISettings
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Cors";

    // The characters of a header name: RFC 9110, section 5.6.2.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Gets or sets the origins whose pages may read responses, such as <c>https://example.com</c>. Written as
    /// <c>Cors__AllowedOrigins__0</c> and so on, or as one value with commas. <c>https://*.example.com</c> allows all
    /// subdomains of example.com, but not example.com itself. <c>*</c> allows all origins, also that of a page opened
    /// from a file, but no cookies. Default: none. Leave the platform's own CORS setting empty, otherwise the headers
    /// are sent twice.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Gets or sets the request headers that pages may send in addition to those that the routes need and
    /// those of <see cref="CrossOriginRules.UsualHeaders"/>. Written as <c>Cors__AllowedHeaders__0</c> and so on, or as
    /// one value with commas. Default: none.</summary>
    public IReadOnlyList<string> AllowedHeaders { get; set; } = [];

    /// <inheritdoc/>
    IEnumerable<string> ISettings.Problems()
    {
        foreach (var problem in OriginList.Problems($"{Section}:{nameof(AllowedOrigins)}", AllowedOrigins))
            yield return problem;
        foreach (var header in AllowedHeaders)
        {
            // In a request with cookies, a browser reads * as the name of a header (Fetch, 3.2.5) and allows nothing.
            if (header == "*" || header.AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                yield return $"{Section}:{nameof(AllowedHeaders)} has '{header}': write the name of one header, such "
                    + "as X-Request-ID. The wildcard * is not supported.";
            }
        }
    }
}
