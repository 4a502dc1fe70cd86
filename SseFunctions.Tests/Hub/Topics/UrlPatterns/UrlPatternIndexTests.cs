using System.Diagnostics;
using System.Globalization;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

[Collection(nameof(Alone))]
public sealed class UrlPatternIndexTests
{
    private static readonly WhatwgUrl BaseUrl = WhatwgUrl.Parse(UrlPatternCases.BaseUrl)!;

    private readonly TopicIndex<TopicMatcher> _index = new();

    [Fact]
    public void Finds_patterns_and_selectors()
    {
        var (exact, selected) = (Parse("https://e.com/a"), Parse("https://e.com/x"));
        Add(exact, Parse("https://e.com/b"));
        _index.Add(TopicMatcher.Parse("https://e.com/{x}"), selected);
        AssertFinds("https://e.com/a", selected, exact);
        AssertFinds("HTTPS://E.com:443/a", exact);
        AssertFinds("not a url");
    }

    [Fact]
    public void A_pattern_is_no_topic()
    {
        var pattern = Parse("https://e.com/:a/:b");
        Add(pattern);
        AssertFinds("https://e.com/:a");
        AssertFinds(pattern.Text, pattern);
    }

    [Fact]
    public void Patterns_of_two_base_urls_are_not_the_same()
    {
        var other = WhatwgUrl.Parse("https://other.example/hub")!;
        var (one, two) = (Parse("/a/:b"), Parse("/a/:b", other));
        Add(one, two);
        AssertFinds("https://other.example/a/1", two);
        AssertFinds("/a/1", one, two);
    }

    [Fact]
    public void Finds_what_a_look_at_every_pattern_finds()
    {
        const int Rounds = 4_000;
        const int MaxPatterns = 300;
        var generator = new UrlPatternGenerator(20261128);
        var random = new Random(20261128);
        List<TopicMatcher> patterns = [];
        for (var round = 0; round < Rounds; round++)
        {
            var (text, topic) = generator.Next();
            if (patterns.Count < MaxPatterns && TopicMatcher.TryParsePattern(text, BaseUrl, out var pattern, out _))
            {
                patterns.Add(pattern);
                Add(pattern);
            }
            else if (patterns.Count > 0)
            {
                var i = random.Next(patterns.Count);
                _index.Remove(patterns[i], patterns[i]);
                patterns.RemoveAt(i);
            }
            AssertFinds(topic, [.. patterns.Where(added => added.Matches(topic))]);
        }
    }

    [Theory]
    [InlineData("https://e.com/{0}/:x", "https://e.com/{0}/x")]
    [InlineData("https://{0}.com/:x", "https://{0}.com/x")]
    [InlineData("http{{s}}?://{0}.com/:x/:y", "https://{0}.com/x/y")]
    [InlineData("*://e.com/a?q={0}&*", "https://e.com/a?q={0}&x")]
    [InlineData("https://e{0}.com:*/a/*", "https://e{0}.com:8/a/x")]
    public void Finding_one_among_very_many_takes_about_as_long_as_finding_the_only_one(
        string patternFormat, string topicFormat)
    {
        const int Patterns = 20_000;
        const int Number = 12_345;
        const int MaxRatio = 5;
        var topic = Text(topicFormat, Number);
        var wanted = Parse(Text(patternFormat, Number));
        var only = new TopicIndex<TopicMatcher>();
        only.Add(wanted, wanted);
        for (var i = 0; i < Patterns; i++) Add(Parse(Text(patternFormat, i)));
        List<TopicMatcher> found = [];
        _index.Find(topic, found);
        Assert.Equal([wanted.Text], found.Select(item => item.Text));

        var ratio = Best(_index, topic) / Best(only, topic);
        Assert.InRange(ratio, 0, MaxRatio);
    }

    private static string Text(string format, int number) =>
        string.Format(CultureInfo.InvariantCulture, format, number);

    private static double Best(TopicIndex<TopicMatcher> index, string topic)
    {
        const int Rounds = 10;
        const int Finds = 1_000;
        List<TopicMatcher> found = [];
        return Enumerable.Range(0, Rounds).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Finds; i++)
            {
                found.Clear();
                index.Find(topic, found);
            }
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        });
    }

    private static TopicMatcher Parse(string text, WhatwgUrl? baseUrl = null)
    {
        Assert.True(TopicMatcher.TryParsePattern(text, baseUrl ?? BaseUrl, out var pattern, out var reason), reason);
        return pattern;
    }

    private void Add(params TopicMatcher[] patterns)
    {
        foreach (var pattern in patterns) _index.Add(pattern, pattern);
    }

    private void AssertFinds(string topic, params TopicMatcher[] expected)
    {
        List<TopicMatcher> found = [];
        _index.Find(topic, found);
        Assert.Equal(expected.ToHashSet(), found.ToHashSet());
    }
}
