namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

/// <summary>Makes patterns, and topics that match them or nearly do: each piece of a pattern comes with a piece of a
/// topic. Some of both are then changed at random. The same seed makes the same pairs.</summary>
/// <remarks>Leaves out the known cases in which Chromium does not follow the standard: <see cref="WhatwgUrlTests"/> and
/// <see cref="UrlPatternOracleTests"/> have them.</remarks>
internal sealed class UrlPatternGenerator(int seed)
{
    private const string Insertions = "/:?#@.*+(){}[]\\-%=&aA0é";

    private static readonly string[] Schemes =
        ["https", "https", "https", "http", "HTTP", "ws", "wss", "ftp", "foo", "web+x", "data", "urn", "h.1"];

    private static readonly string[] Hosts =
    [
        "e.com", "e.com", "a.b.c", "EXAMPLE.com", "hub.example", "caf\u00e9.com", "\u4f60\u597d.cn",

        "1.2.3.4", "1.2", "0x7f.1", "0300.168.0.1", "256.1.1.1", "1.2.3.4.5", "a_b", "-a-", "e.com.", "a..b", "%41.com",
        "caf%C3%A9.com", "\u05d0.com", "\u00df.de", "e\u3002com", "a\u00adb.com", "\ud83d\ude00.com", "a%00b", "a^b",
    ];

    private static readonly string[] Ipv6 =
        ["[::1]", "[2001:db8::1]", "[2001:DB8:0:0:0:0:0:1]", "[::ffff:1.2.3.4]", "[1:2]", "[::1"];

    private static readonly string[] Ports = ["", "80", "443", "8080", "00080", "65535", "65536", "21", "8x"];

    private static readonly string[] Words =
    [
        "a", "b", "ab", "A", "books", "1", "42", "x-y", "~z", "_", "\u00e9", "\u65e5\u672c", "\ud83d\ude00", "%41",
        "%c3%a9", "%zz", "%2F",
        ".", "..", "%2e", "%2E%2e", "a b", "`", "\"", "<", ">", "^", "=", "&", ";", ",", "!", "$", "a.b", "c@d",
        "e\\f",
    ];

    private static readonly (string Pattern, string[] Topics)[] Regexps =
    [
        ("\\d+", ["1", "42", "x"]), ("[a-z]+", ["abc", "A", "a1"]), ("a|b", ["a", "b", "ab"]), (".*", ["", "a/b"]),
        ("[^/]+", ["x", "x/y"]), ("(?:a|bc)+", ["abca", "bcb"]), ("a{2,3}", ["aa", "aaaa"]),
        ("[0-9a-f]{8}", ["0123abcd", "0123abc"]),
        ("\\w*", ["", "a_1", "a-b"]), ("[a-z--[aeiou]]+", ["bcd", "abc"]), ("[\\w&&[^\\d]]", ["a", "1"]),
        (".", ["x", "xx"]),
        ("[^a]", ["b", "a"]), ("a?", ["", "a"]), ("(?:)", [""]), ("\\.", [".", "a"]), ("\\/", ["/"]),
        ("[\\-.]", ["-", "."]), ("^a", ["a"]),
        ("a$", ["a"]), ("(?<n>a)", ["a"]), ("\\u0061", ["a"]), ("\\x61", ["a"]), ("\\u{61}", ["a"]),
        ("\\s", ["a"]), ("\\S", ["a"]),
        ("[]", [""]), ("[^]", ["a"]), ("a*?", ["aaa"]), ("a{0}", [""]), ("a{,2}", ["a"]), ("a{2,1}", ["a"]),
        ("[b-a]", ["a"]), ("*", [""]),
        ("\\", ["a"]), ("a]", ["a]"]), ("a}", ["a}"]), ("[a&&b]", ["a"]), ("[&&]", ["&"]), ("[a-]", ["a"]),
        ("[(]", ["("]), ("[^\\/.]+", ["x"]),
        ("(?:a(?:b(?:c)?)?)", ["ab"]), ("\\c", ["c"]), ("\\q", ["q"]), ("\\ca", ["a"]), ("\\0", ["0"]),
        ("[\\b]", ["b"]), ("\\:", [":"]),
        ("(?:a*)*", ["aa"]), ("(?:a|)+b", ["b", "aab"]), ("[[a-c][x]]", ["b", "d"]), ("[!!]", ["!"]),
        ("[a-c&&b]", ["b"]), ("x(?=a)", ["xa"]),
        ("(?<!a)b", ["b"]), ("(?i:a)", ["A"]), ("\\bfoo", ["foo"]), ("\\1", ["1"]), ("\\p{L}", ["a"]),
        ("\\k<n>", ["k"]), ("[\\q{ab}]", ["ab"]),
    ];

    private readonly Random _random = new(seed);

    private int _name;

    /// <summary>Makes the next pattern and a topic for it.</summary>
    public (string Pattern, string Topic) Next()
    {
        _name = 0;
        var pieces = Url();
        var pattern = string.Concat(pieces.Select(piece => piece.Pattern));
        var topic = string.Concat(pieces.Select(piece => piece.Topic));
        if (Chance(4)) pattern = Changed(pattern);
        if (Chance(3)) topic = Changed(topic);
        if (Chance(40)) topic = string.Concat(Url().Select(piece => piece.Topic));
        return (pattern, topic);
    }

    private List<(string Pattern, string Topic)> Url()
    {
        List<(string, string)> pieces = [];
        if (Chance(4))
        {
            // Relative to the base URL.
            pieces.AddRange(Path(Chance(2) ? "/" : ""));
        }
        else
        {
            pieces.Add(Scheme());
            if (Chance(10)) pieces.AddRange(Group(""));
            var hasAuthority = !Chance(8);
            pieces.Add(hasAuthority ? ("://", "://") : Pick([("\\:", ":"), (":", ":"), ("\\:/", ":/"), (":/", ":/")]));
            if (hasAuthority)
            {
                if (Chance(8)) pieces.AddRange(Userinfo());
                pieces.AddRange(Host());
                if (Chance(4)) pieces.Add(Port());
            }
            if (!Chance(6)) pieces.AddRange(Path(hasAuthority ? "/" : ""));
        }
        if (Chance(4)) pieces.AddRange([Pick([("?", "?"), ("\\?", "?"), ("", "?")]), .. Text("&")]);
        if (Chance(5)) pieces.AddRange([Pick([("#", "#"), ("", "#")]), .. Text("/")]);
        return pieces;
    }

    private (string, string) Scheme() => Pick<(string, string)>(
    [
        Same(Pick(Schemes)), Same(Pick(Schemes)), Same(Pick(Schemes)), Same(Pick(Schemes)),
        ("http{s}?", Pick(["http", "https"])),
        ("(https?)", Pick(["http", "https"])), ("*", Pick(Schemes)), ("{http}s", "https"), (":p", Pick(Schemes)),
        ("h*", "https"),
    ]);

    private List<(string, string)> Userinfo() => Pick<List<(string, string)>>(
    [
        [("u@", "u@")], [("u\\:p@", "u:p@")], [("*:*@", "u:p@")], [("\u00e9@", "%C3%A9@")],
        [("u\\:@", "u:@")], [(":u\\::p@", "x:y@")],
    ]);

    private List<(string, string)> Host()
    {
        switch (_random.Next(9))
        {
            case 0:
                return [("*", Pick(Hosts))];
            case 1:
                return [("*.", "x."), Same("e.com")];
            case 2:
                return [("{:sub.}?", Pick(["", "x."])), Same("e.com")];
            case 3:
                return [.. Group(""), Same(Pick([".com", "e.com", ".b.c"]))];
            case 4 when Chance(2):
                var address = Pick(Ipv6);
                return [(address.Replace(":", "\\:", StringComparison.Ordinal), Chance(3) ? Pick(Ipv6) : address)];
            case 5 when Chance(3):
                return [("", "")];
            default:
                var host = Pick(Hosts);
                return [(host, Chance(8) ? Pick(Hosts) : host)];
        }
    }

    private (string, string) Port()
    {
        var port = Pick(Ports);
        var topic = ":" + port;
        return Pick<(string, string)>(
            [(topic, topic), (topic, ":" + Pick(Ports)), (":*", topic), (":(\\d+)", topic), (":80{80}?", topic)]);
    }

    private List<(string, string)> Path(string start)
    {
        List<(string, string)> pieces = [Same(start)];
        for (var i = _random.Next(4); i >= 0; i--)
        {
            pieces.AddRange(Segment("/"));
            if (i > 0 || Chance(5)) pieces.Add(Same("/"));
        }
        return pieces;
    }

    private List<(string, string)> Text(string separator) => [.. Segment(""), Same(separator), .. Segment("")];

    private List<(string, string)> Segment(string separator) => _random.Next(7) switch
    {
        0 or 1 => Group(separator),
        2 => [.. Group(separator), .. Literal()],
        3 => [.. Literal(), .. Group(separator)],
        _ => Literal(),
    };

    private List<(string, string)> Literal()
    {
        var word = Pick(Words);
        var written = Chance(6) ? Changed(word) : word;
        return Pick<List<(string, string)>>(
            [[Same(word)], [Same(word)], [(word, written)], [("{" + word + "}", word)], [("\\" + word, word)]]);
    }

    // A group with or without braces and a modifier, as often as the modifier allows.
    private List<(string Pattern, string Topic)> Group(string separator)
    {
        var (pattern, topics) = Core();
        var modifier = Pick(["", "", "", "?", "*", "+"]);
        // Chromium gives up after so many ways to divide a text among the repetitions of such a group.
        if (modifier is "*" or "+" && (pattern is [':' or '*', ..] || pattern.Contains('[') || pattern.Contains('.')))
            modifier = separator == "/" && pattern is [':', ..] ? modifier : "";
        var (prefix, suffix) = Chance(3) ? (Pick(["", "/", "-", "a", "."]), Pick(["", "", "/", "b", "!"])) : ("", "");
        var hasBraces = prefix.Length + suffix.Length > 0 || (Chance(8) && modifier is "" or "?");
        var times = modifier switch
        {
            "" => 1,
            "?" => _random.Next(2),
            "*" => _random.Next(4),
            _ => 1 + _random.Next(3),
        };
        var topic = "";
        for (var i = 0; i < times; i++)
        {
            topic += prefix + Pick(topics) + suffix;
            if (!hasBraces && i + 1 < times) topic += separator;
        }
        return [((hasBraces ? $"{{{prefix}{pattern}{suffix}}}" : pattern) + modifier, topic)];
    }

    private (string, string[]) Core()
    {
        switch (_random.Next(6))
        {
            case 0:
                return ("*", ["", "x", "a/b"]);
            case 1 or 2:
                return (":" + Name(), ["x", "42", "a.b", ""]);
            case 3:
                var (value, texts) = Pick(Regexps);
                return ($":{Name()}({value})", texts);
            case 4:
                var word = Pick(Words);
                return ("{" + word + "}", [word]);
            default:
                var (regexp, samples) = Pick(Regexps);
                return ($"({regexp})", samples);
        }
    }

    private string Name() => Chance(30) ? "a" : Pick(["id", "n", "\u00e9", "$x", "_"]) + _name++;

    private string Changed(string text)
    {
        var at = _random.Next(text.Length + 1);
        var end = int.Min(text.Length, at + 1);
        if (at > 0 && at < text.Length && char.IsLowSurrogate(text[at])) return text;
        if (end > at && char.IsSurrogate(text[at])) return text;
        return _random.Next(3) switch
        {
            0 => text[..at] + text[end..],
            1 => text[..at] + Pick(Insertions.ToCharArray()) + text[end..],
            _ => text[..at] + Pick(Insertions.ToCharArray()) + text[at..],
        };
    }

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(T[] values) => values[_random.Next(values.Length)];

    private static (string, string) Same(string text) => (text, text);
}
