using SseFunctions.Hub.Topics;

namespace SseFunctions.Tests.Hub.Topics;

public sealed class TopicMatcherTests
{
    [Theory]
    // Simple expressions match unreserved characters, commas and percent triplets, or nothing.
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/", true)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/bar", true)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/a,b", true)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/aZ09-._~", true)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/caf%C3%A9", true)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/%c3%a9%2F", true)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/café", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/a/b", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/a=b", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/a b", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/{y}", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/}", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/%", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/%4", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/%4g", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/%%41", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/Foo/a", false)]
    [InlineData("https://e.com/foo/{x}", "ahttps://e.com/foo/a", false)]
    [InlineData("https://e.com/foo/{x}", "https://e.com/foo/a\n", false)]
    [InlineData("{x}", "", true)]
    [InlineData("{x}", "any", true)]
    [InlineData("{x,y,z}", "1,2,3,4", true)]
    [InlineData("{x*}", "a=1,b=2", true)]
    [InlineData("{x}{y}", "ab", true)]
    [InlineData("{x:3}", "longer", true)]
    [InlineData("{a}/b/{c}/d", "1/b/2/d", true)]
    [InlineData("{a}/b/{c}/d", "/b//d", true)]
    [InlineData("{a}/b/{c}/d", "1/b/2/e", false)]
    [InlineData("{a}/b/{c}/d", "1/b/2/d/d", false)]
    [InlineData("{a}b{c}b{d}", "bbbb", true)]
    [InlineData("{a}b{c}b{d}", "aba", false)]
    [InlineData("{a}%41{b}", "%41", true)]
    [InlineData("{a}%41{b}", "%42", false)]
    [InlineData("{a}1{b}", "%11", false)]
    [InlineData("ab{x}bc", "abc", false)]
    [InlineData("ab{x}bc", "abbc", true)]
    // Reserved expressions also match reserved characters.
    [InlineData("{+x}", "https://e.com/a?b#c[d]@e!f$&'()*+,;=", true)]
    [InlineData("{+x}", "a{b}", false)]
    [InlineData("{+x}", "a b", false)]
    [InlineData("{+x}", "%zz", false)]
    [InlineData("{+x}/here", "/a/b/here", true)]
    [InlineData("{+x}/here{y}", "/here/here", true)]
    [InlineData("{x}{+y}", "a/b", true)]
    [InlineData("{+x}{y}", "a/b", true)]
    [InlineData("{+x}.{y}", "a/b", false)]
    [InlineData("a{#x}", "a", true)]
    [InlineData("a{#x}", "a#b/c#", true)]
    [InlineData("a{#x,y}", "a#b,/c", true)]
    [InlineData("a{#x}", "ab", false)]
    // Labels, segments, parameters and queries.
    [InlineData("www{.x}", "www", true)]
    [InlineData("www{.x}", "www.", true)]
    [InlineData("www{.x}", "www.e.com", true)]
    [InlineData("www{.x}", "wwwe", false)]
    [InlineData("www{.x}", "www.a=b", false)]
    [InlineData("www{.x*}", "www.a=b.c=d", true)]
    [InlineData("/a{/x}", "/a", true)]
    [InlineData("/a{/x}", "/a/", true)]
    [InlineData("/a{/x}", "/a/b", true)]
    [InlineData("/a{/x}", "/a/b/c", false)]
    [InlineData("/a{/x,y}", "/a/b/c", true)]
    [InlineData("/a{/x,y}", "/a/b/c/d", false)]
    [InlineData("/a{/x*}", "/a/b/c/d", true)]
    [InlineData("/a{/x*}", "/a/b=1/c=2", true)]
    [InlineData("/a{/x*}", "/ab", false)]
    [InlineData("/a{/x*}/z", "/a/b/c/z", true)]
    [InlineData("/a{/x*,y}", "/a/b/c/d", true)]
    [InlineData("/a{/x:1,y}{?q}", "/a/b?q=1", true)]
    [InlineData("/a{;x}", "/a;x=1", true)]
    [InlineData("/a{;x}", "/a;other=1", true)]
    [InlineData("/a{;x}", "/a;x", true)]
    [InlineData("/a{;x}", "/a;x=1;y=2", false)]
    [InlineData("/a{;x,y}", "/a;x=1;y=2", true)]
    [InlineData("/a{;x*}", "/a;x=1;x=2;x=3", true)]
    [InlineData("/a{?x}", "/a", true)]
    [InlineData("/a{?x}", "/a?x=1", true)]
    [InlineData("/a{?x}", "/a?x=1&y=2", false)]
    [InlineData("/a{?x,y}", "/a?x=1&y=2", true)]
    [InlineData("/a{?x,y}", "/a?x=1?y=2", false)]
    [InlineData("/a{?x,y}", "/a&x=1", false)]
    [InlineData("/a{?x*}", "/a?x=1&y=2&z=3", true)]
    [InlineData("/a{?x*}", "/a?x=1?y=2", false)]
    [InlineData("/a?f=1{&x}", "/a?f=1&x=%20", true)]
    [InlineData("/a?f=1{&x}", "/a?f=1", true)]
    [InlineData("/a?f=1{&x}", "/a?f=1&x=1&y=2", false)]
    [InlineData("/a?f=1{&x*}", "/a?f=1&x=1&y=2", true)]
    // Characters with a meaning in regular expressions are plain here.
    [InlineData("https://e.com/a.b/{x}", "https://eXcom/a.b/c", false)]
    [InlineData("a.b+(c)*[d]$?{x}", "a.b+(c)*[d]$?e", true)]
    [InlineData("a.b+(c)*[d]$?{x}", "aab(c)d?e", false)]
    [InlineData("{x}.*{y}", "abc", false)]
    // Non-ASCII text.
    [InlineData("/straße/漢/😀/{x}", "/straße/漢/😀/a", true)]
    [InlineData("/straße/{x}", "/strasse/a", false)]
    [InlineData("/e\u0301/{x}", "/\u00e9/a", false)]
    public void A_template_matches_what_could_be_an_expansion_of_it(string template, string topic, bool matches)
    {
        var selector = TopicMatcher.Parse(template);
        Assert.True(selector.IsTemplate);
        Assert.Equal(matches, selector.Matches(topic));
    }

    [Theory]
    [InlineData("https://e.com/books/1")]
    [InlineData("https://e.com/books/{id}")]
    [InlineData("*")]
    [InlineData("")]
    [InlineData("{")]
    public void A_selector_matches_itself(string text) =>
        Assert.True(TopicMatcher.Parse(text).Matches(string.Concat(text)));

    [Theory]
    [InlineData("https://e.com/books/1")]
    [InlineData("{x}")]
    [InlineData("*")]
    [InlineData("")]
    public void The_wildcard_matches_every_topic(string topic) => Assert.True(TopicMatcher.Parse("*").Matches(topic));

    [Theory]
    [InlineData("a", "A")]
    [InlineData("a", "aa")]
    [InlineData("", "a")]
    [InlineData("https://e.com/*", "https://e.com/a")]
    [InlineData("**", "a")]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("a", "a\0")]
    public void A_plain_selector_matches_nothing_else(string text, string topic)
    {
        var selector = TopicMatcher.Parse(text);
        Assert.False(selector.IsTemplate);
        Assert.False(selector.Matches(topic));
    }

    [Theory]
    [InlineData("a{")]
    [InlineData("a}")]
    [InlineData("a}{b}")]
    [InlineData("a{}")]
    [InlineData("a{+}")]
    [InlineData("a{{b}}")]
    [InlineData("a{b{c}}")]
    [InlineData("a{b}}")]
    [InlineData("a{b")]
    [InlineData("a{b}{")]
    [InlineData("a{b,}")]
    [InlineData("a{,b}")]
    [InlineData("a{b c}")]
    [InlineData("a{b-c}")]
    [InlineData("a{é}")]
    [InlineData("a{.}")]
    [InlineData("a{b.}")]
    [InlineData("a{b..c}")]
    [InlineData("a{b%4}")]
    [InlineData("a{b%4g}")]
    [InlineData("a{=b}")]
    [InlineData("a{!b}")]
    [InlineData("a{@b}")]
    [InlineData("a{|b}")]
    [InlineData("a{++b}")]
    [InlineData("a{b:}")]
    [InlineData("a{b:0}")]
    [InlineData("a{b:01}")]
    [InlineData("a{b:10000}")]
    [InlineData("a{b:x}")]
    [InlineData("a{b:1*}")]
    [InlineData("a{b*:1}")]
    [InlineData("a{b**}")]
    [InlineData("a{:1}")]
    [InlineData("a{*}")]
    [InlineData("a {b}")]
    [InlineData("a{b} c")]
    [InlineData("a<{b}")]
    [InlineData("a'{b}")]
    [InlineData("a\\{b}")]
    [InlineData("a|{b}")]
    [InlineData("a\0{b}")]
    [InlineData("a\u0080{b}")]
    [InlineData("a\uFDD0{b}")]
    [InlineData("a\uFFFF{b}")]
    [InlineData("a%{b}")]
    [InlineData("a%4{b}")]
    [InlineData("a{b}%4g")]
    public void What_is_no_valid_template_is_a_plain_selector(string text)
    {
        var selector = TopicMatcher.Parse(text);
        Assert.False(selector.IsTemplate);
        Assert.Equal(text, selector.Prefix);
        Assert.True(selector.Matches(text));
        Assert.False(selector.Matches("a"));
        Assert.False(selector.Matches("ab"));
    }

    // Not in the table above, because lone surrogates do not survive in an attribute.
    [Fact]
    public void Half_a_character_makes_no_template() => Assert.All(
        new[] { "a\ud83d{b}", "a\ude00{b}", "{b}\ud83d", "{\ude00}" },
        text => Assert.False(TopicMatcher.Parse(text).IsTemplate));

    [Theory]
    [InlineData("{a.b_c%41}")]
    [InlineData("{1}")]
    [InlineData("{a:1}")]
    [InlineData("{a:9999}")]
    [InlineData("{?a:20,b*,c.d}")]
    [InlineData("%41{a}%5A")]
    [InlineData("\uE000\u00A0😀{a}")]
    public void Knows_a_valid_template(string text) => Assert.True(TopicMatcher.Parse(text).IsTemplate);

    [Theory]
    [InlineData("https://e.com/{id}/a/{b}", "https://e.com/")]
    [InlineData("{id}", "")]
    [InlineData("https://e.com/1", "https://e.com/1")]
    [InlineData("*", "*")]
    public void Tells_the_literal_start(string text, string prefix) =>
        Assert.Equal(prefix, TopicMatcher.Parse(text).Prefix);
}
