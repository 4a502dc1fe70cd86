using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Tests.Hub.Topics;

/// <summary>Matchers of different kinds, alone, in sets and in the index.</summary>
public sealed class TopicMatcherKindTests
{
    private static readonly WhatwgUrl Base = WhatwgUrl.Parse("https://hub.example/.well-known/mercure")!;
    private static readonly WhatwgUrl OtherBase = WhatwgUrl.Parse("https://other.example/.well-known/mercure")!;

    [Fact]
    public void The_key_of_a_set_of_one_selector_is_its_text()
    {
        Assert.Equal("a", TopicMatcherSet.Parse(["a"]).Key);
        Assert.Equal("*", TopicMatcherSet.Parse(["*"]).Key);
    }

    [Fact]
    public void Sets_have_one_key_if_and_only_if_they_hold_the_same_matchers_of_the_same_kinds()
    {
        TopicMatcher[][] sets =
        [
            [], [Selector("a")], [Exact("a")], [Pattern("a")], [Pattern("a", OtherBase)],
            [Selector("*")], [Exact("*")], [Pattern("*")], [Selector("a"), Exact("a")], [Selector("a"), Pattern("a")],
            [Exact("a"), Pattern("a")], [Exact("a"), Selector("b")], [Selector("a"), Exact("b")],
            [Selector("\u0001ea")], [Selector("\u0001e"), Selector("a")], [Exact("\u0001a")], [Exact("\0a")],
                [Selector("\0"), Exact("a")],
            [Selector("\u0001pa")], [Exact("ea")], [Selector("ea")], [Pattern("a"), Pattern("a", OtherBase)],
        ];
        var keys = sets.Select(set => TopicMatcherSet.Of(set).Key).ToArray();
        Assert.Equal(sets.Length, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(keys, sets.Select(set => TopicMatcherSet.Of(set.Reverse().Concat(set)).Key));
    }

    [Fact]
    public void Identical_matchers_count_once()
    {
        var set = TopicMatcherSet.Of([Exact("a"), Exact("a"), Selector("a"), Pattern("/a"), Pattern("/a"), Exact("*"),
            Exact("*")]);
        Assert.Equal(4, set.Matchers.Count);
    }

    [Theory]
    [InlineData("selector", "a{x}", "a1", true)]
    [InlineData("exact", "a{x}", "a1", false)]
    [InlineData("exact", "a{x}", "a{x}", true)]
    [InlineData("pattern", "/a/:x", "/a/1", true)]
    [InlineData("pattern", "/a/:x", "https://hub.example/a/1", true)]
    [InlineData("pattern", "/a/:x", "https://other.example/a/1", false)]
    [InlineData("pattern", "https://hub.example/a", "/a", true)]
    [InlineData("pattern", "/a", "http://[", false)]
    [InlineData("pattern", "*", "http://[", true)]
    public void Sets_and_the_index_agree_with_the_matcher(string kind, string text, string topic, bool matches)
    {
        var matcher = kind switch
        {
            "exact" => Exact(text),
            "pattern" => Pattern(text),
            _ => Selector(text),
        };
        Assert.Equal(matches, matcher.Matches(topic));
        // Small and large sets are compared in different ways.
        TopicMatcher[] others = [.. Enumerable.Range(0, 20).SelectMany(Others)];
        Assert.Equal(matches, TopicMatcherSet.Of([matcher]).MatchesAny([topic]));
        Assert.Equal(matches, TopicMatcherSet.Of([matcher, .. others]).MatchesAny([topic]));
        var index = new TopicIndex<string>();
        foreach (var other in others) index.Add(other, "other");
        index.Add(matcher, "it");
        Assert.Equal(matches ? ["it"] : [], Find(index, topic));
        index.Remove(matcher, "it");
        Assert.Empty(Find(index, topic));
    }

    [Fact]
    public void The_index_keeps_kinds_of_one_text_apart()
    {
        var index = new TopicIndex<string>();
        var text = "https://hub.example/{x}";
        index.Add(Selector(text), "selector");
        index.Add(Exact(text), "exact");
        index.Add(Pattern("https://hub.example/:x"), "pattern");
        index.Add(Pattern("/:x", OtherBase), "elsewhere");
        Assert.Equal(["pattern", "selector"], Find(index, "https://hub.example/1"));
        Assert.Equal(["exact", "pattern", "selector"], Find(index, text));
        Assert.Equal(["elsewhere", "pattern"], Find(index, "/1"));
        index.Remove(Selector(text), "selector");
        Assert.Equal(["exact", "pattern"], Find(index, text));
        index.Remove(Exact(text), "exact");
        index.Remove(Pattern("/:x"), "elsewhere");
        Assert.Equal(["elsewhere", "pattern"], Find(index, "/1"));
    }

    [Fact]
    public void Stars_of_all_kinds_find_everything_and_are_removed_one_by_one()
    {
        var index = new TopicIndex<string>();
        (TopicMatcher Star, string Item)[] stars =
            [(Selector("*"), "selector"), (Exact("*"), "exact"), (Pattern("*"), "pattern")];
        foreach (var (star, item) in stars) index.Add(star, item);
        foreach (var topic in new[] { "a", "*", "https://e.com" })
            Assert.Equal(["exact", "pattern", "selector"], Find(index, topic));
        for (var count = stars.Length; count > 0; count--)
        {
            Assert.Equal(count, Find(index, "a").Count);
            index.Remove(stars[count - 1].Star, stars[count - 1].Item);
        }
        Assert.Empty(Find(index, "a"));
    }

    private static TopicMatcher[] Others(int number) =>
        [Selector($"s{number}"), Exact($"e{number}"), Pattern($"/p{number}")];

    private static List<string> Find(TopicIndex<string> index, string topic)
    {
        var found = new List<string>();
        index.Find(topic, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static TopicMatcher Selector(string text) => TopicMatcher.Parse(text);

    private static TopicMatcher Exact(string text) => TopicMatcher.Exact(text);

    private static TopicMatcher Pattern(string text, WhatwgUrl? baseUrl = null) =>
        TopicMatcher.TryParsePattern(text, baseUrl ?? Base, out var matcher, out var reason)
            ? matcher
            : throw new ArgumentException(reason, nameof(text));
}
