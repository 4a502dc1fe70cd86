namespace SseFunctions.Hub.Topics.UrlPatterns;

/// <summary>The basic URL parser (URL Standard, section 4.4) without a state override.</summary>
/// <param name="text">The input as <see cref="UrlText.Clean"/> leaves it.</param>
/// <param name="baseUrl">What a relative URL is relative to. Null if only absolute URLs are meant.</param>
internal ref struct UrlParser(string text, WhatwgUrl? baseUrl)
{
    private readonly string _text = text;
    private readonly WhatwgUrl? _base = baseUrl;

    private int _at;
    private string _scheme = "";
    private bool _special;
    private string _username = "";
    private string _password = "";
    private string? _host;
    private string _port = "";

    /// <summary>The URL; null if the input is none.</summary>
    public WhatwgUrl? Parse()
    {
        var length = UrlSchemes.LengthAtStart(_text);
        if (length == 0) return _base is null ? null : ParseWithoutScheme(_base);
        _scheme = _text[..length].ToLowerInvariant();
        _special = UrlSchemes.IsSpecial(_scheme);
        _at = length + 1;
        if (_scheme == UrlSchemes.File) return ParseFile(_base?.Scheme == UrlSchemes.File ? _base : null);
        if (_special)
        {
            if (_base?.Scheme == _scheme && !StartsWith("//")) return ParseRelative(_base);
            SkipSlashes();
            return ParseAuthority();
        }
        if (StartsWith("//"))
        {
            _at += 2;
            return ParseAuthority();
        }
        return Next is '/' ? ParsePath([]) : ParseOpaquePath();
    }

    private readonly char? Next => _at < _text.Length ? _text[_at] : null;

    private readonly bool StartsWith(string value) => _text.AsSpan(_at).StartsWith(value, StringComparison.Ordinal);

    private readonly bool IsSlash(char? character) => character is '/' || (_special && character is '\\');

    private void SkipSlashes()
    {
        while (Next is '/' or '\\') _at++;
    }

    // Up to one of these characters or the end.
    private readonly int EndOf(ReadOnlySpan<char> ends)
    {
        var length = _text.AsSpan(_at).IndexOfAny(ends);
        return length < 0 ? _text.Length : _at + length;
    }

    private WhatwgUrl? ParseWithoutScheme(WhatwgUrl url)
    {
        _scheme = url.Scheme;
        _special = UrlSchemes.IsSpecial(_scheme);
        if (url.HasOpaquePath)
        {
            return Next is '#'
                ? url with { Fragment = PercentEncoding.Encode(_text.AsSpan(1), PercentEncoding.Fragment) }
                : null;
        }
        return _scheme == UrlSchemes.File ? ParseFile(url) : ParseRelative(url);
    }

    private WhatwgUrl? ParseRelative(WhatwgUrl url)
    {
        if (IsSlash(Next))
        {
            _at++;
            if (IsSlash(Next))
            {
                _at++;
                if (_special) SkipSlashes();
                return ParseAuthority();
            }
            _at--;
            TakeAuthority(url);
            return ParsePath([]);
        }
        TakeAuthority(url);
        return ParseBehind(url);
    }

    private void TakeAuthority(WhatwgUrl url) =>
        (_username, _password, _host, _port) = (url.Username, url.Password, url.Host, url.Port);

    // A path relative to the other URL's, a query alone, a fragment alone, or nothing.
    private readonly WhatwgUrl ParseBehind(WhatwgUrl url) => Next switch
    {
        null => Make(url.Path, opaque: false, url.Query),
        '?' => Make(url.Path, opaque: false),
        '#' => Make(url.Path, opaque: false, url.Query),
        _ => ParsePath(UrlPath.Shortened(UrlPath.Split(url.Path), _scheme)),
    };

    private WhatwgUrl? ParseAuthority()
    {
        var end = EndOf(_special ? "/\\?#" : "/?#");
        var authority = _text.AsSpan(_at, end - _at);
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            if (at == authority.Length - 1) return null;
            var userinfo = authority[..at];
            var colon = userinfo.IndexOf(':');
            _username = PercentEncoding.Encode(colon < 0 ? userinfo : userinfo[..colon], PercentEncoding.Userinfo);
            if (colon >= 0) _password = PercentEncoding.Encode(userinfo[(colon + 1)..], PercentEncoding.Userinfo);
        }
        _at = end;
        return TakeHostAndPort(authority[(at + 1)..]) ? ParsePath([]) : null;
    }

    private bool TakeHostAndPort(ReadOnlySpan<char> text)
    {
        var colon = UrlHost.PortSeparatorIn(text);
        var host = colon < 0 ? text : text[..colon];
        if (host.IsEmpty && (_special || colon >= 0)) return false;
        _host = UrlHost.Parse(host.ToString(), _special);
        return _host is not null && (colon < 0 || UrlPort.TryParse(text[(colon + 1)..], _scheme, out _port));
    }

    private WhatwgUrl? ParseFile(WhatwgUrl? url)
    {
        _host = "";
        if (!IsSlash(Next))
        {
            if (url is null) return ParsePath([]);
            _host = url.Host;
            return Next is null or '?' or '#' || !UrlPath.StartsWithDriveLetter(_text.AsSpan(_at))
                ? ParseBehind(url)
                : ParsePath([]);
        }
        _at++;
        if (IsSlash(Next))
        {
            _at++;
            return ParseFileHost();
        }
        _at--;
        if (url is null) return ParsePath([]);
        _host = url.Host;
        var segments = UrlPath.Split(url.Path);
        return !UrlPath.StartsWithDriveLetter(_text.AsSpan(_at + 1)) && segments is [var first, ..]
            && UrlPath.IsNormalizedDriveLetter(first)
            ? ParsePath([first])
            : ParsePath([]);
    }

    private WhatwgUrl? ParseFileHost()
    {
        var end = EndOf("/\\?#");
        var host = _text.AsSpan(_at, end - _at);
        if (UrlPath.IsDriveLetter(host)) return ParsePath([]);
        _at = end;
        if (!host.IsEmpty)
        {
            _host = UrlHost.Parse(host.ToString(), special: true);
            if (_host is null) return null;
            if (_host == "localhost") _host = "";
        }
        return ParsePath([]);
    }

    private readonly WhatwgUrl ParsePath(List<string> segments)
    {
        var end = _at + UrlPath.LengthIn(_text.AsSpan(_at));
        var path = UrlPath.Parse(_text.AsSpan(_at, end - _at), segments, _scheme);
        return Make(path, opaque: false, from: end);
    }

    private readonly WhatwgUrl ParseOpaquePath()
    {
        var end = EndOf("?#");
        return Make(UrlPath.Opaque(_text.AsSpan(_at, end - _at), isLast: end == _text.Length), opaque: true, from: end);
    }

    // Reads the query and the fragment, if there are any.
    private readonly WhatwgUrl Make(string path, bool opaque, string? query = null, int? from = null)
    {
        var rest = _text.AsSpan(from ?? _at);
        string? fragment = null;
        var hash = rest.IndexOf('#');
        if (hash >= 0)
        {
            fragment = PercentEncoding.Encode(rest[(hash + 1)..], PercentEncoding.Fragment);
            rest = rest[..hash];
        }
        if (rest is ['?', ..])
            query = PercentEncoding.Encode(rest[1..], _special ? PercentEncoding.SpecialQuery : PercentEncoding.Query);
        return new WhatwgUrl
        {
            Scheme = _scheme,
            Username = _username,
            Password = _password,
            Host = _host,
            Port = _port,
            Path = path,
            HasOpaquePath = opaque,
            Query = query,
            Fragment = fragment,
        };
    }
}
