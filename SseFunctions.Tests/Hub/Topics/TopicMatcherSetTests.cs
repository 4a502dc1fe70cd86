using SseFunctions.Hub.Topics;

namespace SseFunctions.Tests.Hub.Topics;

public sealed class TopicMatcherSetTests
{
    [Fact]
    public void Holds_each_selector_once_in_ordinal_order() => Assert.Equal(
        ["*", "B", "a", "{x}"],
        TopicMatcherSet.Parse(["a", "{x}", "B", "a", "*"]).Matchers.Select(selector => selector.Text));

    [Fact]
    public void Sets_of_the_same_selectors_share_a_key() =>
        Assert.Equal(TopicMatcherSet.Parse(["a", "b", "a"]).Key, TopicMatcherSet.Parse(["b", "a"]).Key);

    [Fact]
    public void No_two_sets_share_a_key()
    {
        string[] texts = ["", "\0", "\0\0", "\u0001", "\u00010", "\u00011", "a", "a\0b", "b", "a\u00010b"];
        var keys = Enumerable.Range(0, 1 << texts.Length)
            .Select(bits => TopicMatcherSet.Parse(texts.Where((_, i) => (bits & (1 << i)) != 0)).Key);
        Assert.Equal(1 << texts.Length, keys.Distinct().Count());
    }

    [Fact]
    public void The_key_of_one_selector_is_its_text()
    {
        const string Text = "https://e.com/{id}";
        Assert.Same(Text, TopicMatcherSet.Parse([Text]).Key);
    }

    [Fact]
    public void The_empty_set_matches_nothing()
    {
        Assert.Same(TopicMatcherSet.Empty, TopicMatcherSet.Parse([]));
        Assert.Empty(TopicMatcherSet.Empty.Matchers);
        Assert.False(TopicMatcherSet.Empty.MatchesAny(["", "a", "*"]));
    }

    [Fact]
    public void No_topic_matches_no_set() => Assert.False(TopicMatcherSet.Parse(["*", "a", "{+x}"]).MatchesAny([]));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1000)]
    public void Finds_any_of_few_or_many_plain_selectors(int count)
    {
        var set = TopicMatcherSet.Parse(Enumerable.Range(0, count).Select(i => $"https://e.com/{i}"));
        Assert.True(set.MatchesAny(["other", $"https://e.com/{count - 1}"]));
        Assert.False(set.MatchesAny(["other", $"https://e.com/{count}"]));
        Assert.False(set.MatchesAny(["HTTPS://e.com/0"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Templates_and_the_wildcard_count_beside_plain_selectors(int plain)
    {
        var texts = Enumerable.Range(0, plain)
            .Select(i => $"https://e.com/{i}").Append("https://e.com/books/{id}").ToArray();
        Assert.True(TopicMatcherSet.Parse(texts).MatchesAny(["other", "https://e.com/books/1"]));
        Assert.True(TopicMatcherSet.Parse(texts).MatchesAny(["https://e.com/books/{id}"]));
        Assert.False(TopicMatcherSet.Parse(texts).MatchesAny(["other", "https://e.com/films/1"]));
        Assert.True(TopicMatcherSet.Parse([.. texts, "*"]).MatchesAny(["other"]));
    }
}
