using System.Text;

namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>A URL as the URL Standard (url.spec.whatwg.org, section 4.1) defines it, with all parts in their canonical
/// form, which is ASCII. Immutable and thread-safe.</summary>
/// <remarks><see cref="Uri"/> follows RFC 3986 and differs in hosts, percent-encoding and paths.</remarks>
internal sealed record WhatwgUrl
{
    /// <summary>The scheme in lower case, without the colon.</summary>
    public required string Scheme { get; init; }

    /// <summary>The user name; empty if there is none.</summary>
    public string Username { get; init; } = "";

    /// <summary>The password; empty if there is none.</summary>
    public string Password { get; init; } = "";

    /// <summary>The host. Null if the URL has no authority, empty in <c>file:///</c>.</summary>
    public string? Host { get; init; }

    /// <summary>The port in decimal digits; empty if it is the default of the scheme or missing.</summary>
    public string Port { get; init; } = "";

    /// <summary>The path from its first slash, or the whole opaque path, as in <c>mailto:a@b.example</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the path has no segments, so that nothing is relative to it.</summary>
    public bool HasOpaquePath { get; init; }

    /// <summary>The text behind <c>?</c>. Null if there is no <c>?</c>.</summary>
    public string? Query { get; init; }

    /// <summary>The text behind <c>#</c>. Null if there is no <c>#</c>.</summary>
    public string? Fragment { get; init; }

    /// <summary>The text of a component; empty if there is none.</summary>
    public string this[UrlComponent component] => component switch
    {
        UrlComponent.Protocol => Scheme,
        UrlComponent.Username => Username,
        UrlComponent.Password => Password,
        UrlComponent.Hostname => Host ?? "",
        UrlComponent.Port => Port,
        UrlComponent.Pathname => Path,
        UrlComponent.Search => Query ?? "",
        _ => Fragment ?? "",
    };

    /// <summary>The URL that the text means. Null if there is none.</summary>
    /// <param name="text">Any text. Unpaired surrogates count as U+FFFD.</param>
    /// <param name="baseUrl">What a relative URL is relative to. Null if only absolute URLs are meant.</param>
    public static WhatwgUrl? Parse(string text, WhatwgUrl? baseUrl = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new UrlParser(UrlText.Clean(text), baseUrl).Parse();
    }

    /// <summary>The URL's text (URL Standard, section 4.5).</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Scheme).Append(':');
        if (Host is not null)
        {
            text.Append("//");
            if (Username.Length + Password.Length > 0)
            {
                text.Append(Username);
                if (Password.Length > 0) text.Append(':').Append(Password);
                text.Append('@');
            }
            text.Append(Host);
            if (Port.Length > 0) text.Append(':').Append(Port);
        }
        else if (!HasOpaquePath && Path.StartsWith("//", StringComparison.Ordinal))
        {
            // Without this, the path would be read as an authority.
            text.Append("/.");
        }
        text.Append(Path);
        if (Query is not null) text.Append('?').Append(Query);
        if (Fragment is not null) text.Append('#').Append(Fragment);
        return text.ToString();
    }
}
