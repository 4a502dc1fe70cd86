using SseFunctions.Hub.Topics.UrlPatterns;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

public sealed class WhatwgUrlTests(Browser browser) : IClassFixture<Browser>
{
    private const string Base = "https://u:p@hub.example:8443/a/b?q#f";

    private const string Script = """
        ([base, texts]) => texts.map((text) => {
          try { return new URL(text, base).href; } catch { return null; }
        })
        """;

    // What the standard says; null means that the text is no URL.
    private static readonly (string Text, string? Url)[] Cases =
    [
        ("", "https://u:p@hub.example:8443/a/b?q"),
        ("c", "https://u:p@hub.example:8443/a/c"),
        ("/c", "https://u:p@hub.example:8443/c"),
        ("../c", "https://u:p@hub.example:8443/c"),
        ("?r", "https://u:p@hub.example:8443/a/b?r"),
        ("#g", "https://u:p@hub.example:8443/a/b?q#g"),
        ("//e.com", "https://e.com/"),
        ("https:c", "https://u:p@hub.example:8443/a/c"),
        ("https:/c", "https://u:p@hub.example:8443/c"),
        ("https:\\c", "https://u:p@hub.example:8443/c"),
        ("\\\\e.com\\x", "https://e.com/x"),
        ("http:e.com", "http://e.com/"),
        ("http:///e.com", "http://e.com/"),
        ("HTTP://E.COM/A", "http://e.com/A"),
        (" \u0001https://e.com/ \u001f", "https://e.com/"),
        ("ht\ntp\t:/\r/e.com", "http://e.com/"),
        ("https://", null),
        ("https://?q", null),
        ("https://e.com:", "https://e.com/"),
        ("https://e.com:443", "https://e.com/"),
        ("https://e.com:00080", "https://e.com:80/"),
        ("https://e.com:0", "https://e.com:0/"),
        ("https://e.com:65535", "https://e.com:65535/"),
        ("https://e.com:65536", null),
        ("https://e.com:8x", null),
        ("https://u@e.com", "https://u@e.com/"),
        ("https://u:@e.com", "https://u@e.com/"),
        ("https://:@e.com", "https://e.com/"),
        ("https://a@b:c@e.com", "https://a%40b:c@e.com/"),
        ("https://u:p:q@e.com", "https://u:p%3Aq@e.com/"),
        ("https://u/p@e.com", "https://u/p@e.com"),
        ("https://\u00e9:<>@e.com", "https://%C3%A9:%3C%3E@e.com/"),
        ("https://@", null),
        ("https://u@:8/", null),
        ("https://e.com/%41%zz\u00e9", "https://e.com/%41%zz%C3%A9"),
        ("https://e.com/a b\"<>`^{}", "https://e.com/a%20b%22%3C%3E%60%5E%7B%7D"),
        ("https://e.com/a?b c\"<>'`^{}|", "https://e.com/a?b%20c%22%3C%3E%27`^{}|"),
        ("https://e.com/a#b c\"<>'`^{}|", "https://e.com/a#b%20c%22%3C%3E'%60^{}|"),
        ("https://e.com/a#b#c?d", "https://e.com/a#b#c?d"),
        ("https://e.com/a/./b/../c/.", "https://e.com/a/c/"),
        ("https://e.com/../../a/..", "https://e.com/"),
        ("https://e.com/%2E/a/%2e%2E/b/.%2e", "https://e.com/"),
        ("https://e.com/...", "https://e.com/..."),
        ("https://e.com//a//..", "https://e.com//a/"),
        ("https://e.com/a\\b?c\\d", "https://e.com/a/b?c\\d"),
        ("https://e.com/\ud800", "https://e.com/%EF%BF%BD"),
        ("https://1.2.3", "https://1.2.0.3/"),
        ("https://0x7f.1", "https://127.0.0.1/"),
        ("https://0X", "https://0.0.0.0/"),
        ("https://017700000001", "https://127.0.0.1/"),
        ("https://4294967296", null),
        ("https://256", "https://0.0.1.0/"),
        ("https://1.256.1", null),
        ("https://1.2.3.4.5", null),
        ("https://1.2.3.08", null),
        ("https://1.2.3.4.", "https://1.2.3.4/"),
        ("https://a.1", null),
        ("https://a.0x1", null),
        ("https://a.1.", null),
        ("https://a.1x", "https://a.1x/"),
        ("https://1..2", null),
        ("https://[::]", "https://[::]/"),
        ("https://[1::]", "https://[1::]/"),
        ("https://[::1]:8080", "https://[::1]:8080/"),
        ("https://[0:0:1:0:0:0:1:0]", "https://[0:0:1::1:0]/"),
        ("https://[1:0:0:2:0:0:3:4]", "https://[1::2:0:0:3:4]/"),
        ("https://[1:2:3:4:5:6:7::]", "https://[1:2:3:4:5:6:7:0]/"),
        ("https://[::FFFF:1.2.3.4]", "https://[::ffff:102:304]/"),
        ("https://[::1.2.3]", null),
        ("https://[::1.2.3.256]", null),
        ("https://[1:2:3:4:5:6:7]", null),
        ("https://[1:2:3:4:5:6:7:8:9]", null),
        ("https://[1::2::3]", null),
        ("https://[:1]", null),
        ("https://[12345::]", null),
        ("https://[::1", null),
        ("https://[::1]a", null),
        ("https://[]", null),
        ("https://caf\u00e9.com", "https://xn--caf-dma.com/"),
        ("https://XN--CAF-DMA.com", "https://xn--caf-dma.com/"),
        ("https://\u00df\u03c2.com", "https://xn--zca29l.com/"),
        ("https://\u1e9e.com", "https://xn--zca.com/"),
        ("https://a\u0300\u0323", "https://xn--ksa952l/"),
        ("https://\uac00\u1100\u1161\u11a8", "https://xn--o39ac/"),
        ("https://\uff21\uff0ecom", "https://a.com/"),
        ("https://a\u00ad\u200bb", "https://ab/"),
        ("https://\u00ad", null),
        ("https://\u0300a", null),
        ("https://\u05d0a", null),
        ("https://\u05d0.a1", "https://xn--4db.a1/"),
        ("https://\u06281", "https://xn--1-0mc/"),
        ("https://1\u0628", null),
        ("https://a\u200db", null),
        ("https://\u0915\u094d\u200d\u0937", "https://xn--11b2ezcw70k/"),
        ("https://a%00b", null),
        ("https://a%2fb", null),
        ("https://a%ffb", null),
        ("https://%e2%98%83", "https://xn--n3h/"),
        ("https://a^b", null),
        ("https://a<b", null),
        ("https://a_b-.c", "https://a_b-.c/"),
        ("https://a..b", "https://a..b/"),
        ("https://e.com.", "https://e.com./"),
        ("foo:", "foo:"),
        ("foo:a b?c d#e f", "foo:a b?c%20d#e%20f"),
        ("foo:a\u00e9\u007f", "foo:a%C3%A9%7F"),
        ("foo:a/../b", "foo:a/../b"),
        ("foo:/a/../b", "foo:/b"),
        ("foo:/..//a", "foo:/.//a"),
        ("foo://", "foo://"),
        ("foo:///a", "foo:///a"),
        ("foo://h", "foo://h"),
        ("foo://h?q", "foo://h?q"),
        ("foo://H%41\u00e9", "foo://H%41%C3%A9"),
        ("foo://h\\a", null),
        ("foo://a b", null),
        ("foo://:8", null),
        ("foo://h:8", "foo://h:8"),
        ("foo://[::1]/", "foo://[::1]/"),
        ("foo://h/a\\b", "foo://h/a\\b"),
        ("file:a", "file:///a"),
        ("file:///a/../b", "file:///b"),
        ("file://h/a", "file://h/a"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("a+b-c.1:x", "a+b-c.1:x"),
        ("1a:x", "https://u:p@hub.example:8443/a/1a:x"),
        (":x", "https://u:p@hub.example:8443/a/:x"),
    ];

    // Chromium does not follow the standard here. The hub does.
    private static readonly (string Text, string? Url, string? OfChromium)[] Deviations =
    [
        ("https://e.com/|", "https://e.com/|", "https://e.com/%7C"),
        ("https://u'@e.com", "https://u'@e.com/", "https://u%27@e.com/"),
        ("foo://h?'", "foo://h?'", "foo://h?%27"),
        ("foo:a ?q", "foo:a%20?q", "foo:a ?q"),
        ("https://a b", null, "https://a%20b/"),
        ("https://xn--a", null, "https://xn--a/"),
        ("https://[::1.2.3.04]", null, "https://[::102:304]/"),
        ("file:///C|/a", "file:///C:/a", "file:///C%7C/a"),
        ("file:///C:/..", "file:///C:/", "file:///"),
        ("file://C:/a", "file:///C:/a", null),
        ("file://localhost/a", "file:///a", "file://localhost/a"),
    ];

    public static TheoryData<string, string?> All =>
        [.. Cases, .. Deviations.Select(entry => (entry.Text, entry.Url))];

    [Theory]
    [MemberData(nameof(All))]
    public void Is_what_the_standard_says(string text, string? url) =>
        Assert.Equal(url, WhatwgUrl.Parse(text, WhatwgUrl.Parse(Base))?.ToString());

    [Theory]
    [MemberData(nameof(All))]
    public void Its_text_means_the_same(string text, string? _)
    {
        if (WhatwgUrl.Parse(text, WhatwgUrl.Parse(Base)) is { } url) Assert.Equal(url, WhatwgUrl.Parse(url.ToString()));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("/a")]
    [InlineData("//e.com")]
    [InlineData("?q")]
    [InlineData("")]
    public void Without_a_base_nothing_is_relative(string text) => Assert.Null(WhatwgUrl.Parse(text));

    [Theory]
    [InlineData("#g", "foo:a#g")]
    [InlineData("b", null)]
    [InlineData("", null)]
    public void To_an_opaque_path_only_a_fragment_is_relative(string text, string? url) =>
        Assert.Equal(url, WhatwgUrl.Parse(text, WhatwgUrl.Parse("foo:a#f"))?.ToString());

    [Fact]
    public async Task Chromium_says_the_same()
    {
        string[] texts = [.. Cases.Select(entry => entry.Text), .. Deviations.Select(entry => entry.Text)];
        var page = await browser.NewPage();
        var given = await page.EvaluateAsync<string?[]>(Script, new object[] { Base, texts });
        string?[] expected = [.. Cases.Select(entry => entry.Url), .. Deviations.Select(entry => entry.OfChromium)];
        Assert.Empty(Enumerable.Range(0, texts.Length).Where(i => expected[i] != given[i])
            .Select(i => $"{texts[i]} is {given[i] ?? "no URL"}, not {expected[i] ?? "no URL"}"));
    }
}
