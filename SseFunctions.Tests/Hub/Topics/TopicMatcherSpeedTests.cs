using System.Diagnostics;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Hub.Topics;

/// <summary>Selectors that an attacker makes slow or large. The limits are loose, because a wrong algorithm is many
/// times slower.</summary>
[Collection(nameof(Alone))]
public sealed class TopicMatcherSpeedTests
{
    private static readonly TimeSpan ParseLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(10);

    public static TheoryData<string, string> Hostile => new()
    {
        { Repeat("{", 8000), Repeat("{", 7999) },
        { Repeat("{a", 4000), "a" },
        { Repeat("{a", 4000) + Repeat("}", 4000), "a" },
        { Repeat("{a}", 2700), Repeat("a", 8000) },
        { Repeat("{a}{", 2000), Repeat("a", 8000) },
        { Repeat("{a}a", 45), Repeat("a", 8000) },
        { Repeat("{+a}ab", 35), Repeat("ab", 4000) },
        { Repeat("{+a}{/b}", 28), Repeat("/a", 4000) + "{" },
        { Repeat("{+a}{?b*}", 16), Repeat("?a&b=%20", 1000) + "{" },
        { "{a}" + Repeat("a", 190) + "{b}", Repeat("a", 8000) },
        { "{/" + Repeat("a,", 48) + "a}", Repeat("/a", 4000) },
        { "{/" + Repeat("a,", 4000) + "a}", Repeat("/a", 4000) },
        { "{" + Repeat("a,", 4000) + "a}", Repeat("a,", 4000) + "{" },
        { "{+a}" + Repeat("%41", 60) + "{b}", Repeat("%41", 2700) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_selector_made_to_be_slow_is_not(string text, string topic)
    {
        TopicMatcher.Parse(text).Matches(topic);

        var watch = Stopwatch.StartNew();
        var selector = TopicMatcher.Parse(text);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, ParseLimit);

        watch.Restart();
        selector.Matches(topic);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, MatchLimit);
    }

    [Theory]
    [InlineData(194, true)]
    [InlineData(195, false)]
    public void A_template_of_too_many_steps_is_a_plain_selector(int literals, bool isTemplate) =>
        Assert.Equal(isTemplate, TopicMatcher.Parse("/" + "{a}" + Repeat("b", literals) + "{c}" + "/").IsTemplate);

    [Theory]
    [InlineData("{+a}a{+b}a{+c}", "/a")]
    [InlineData("{/a*}{/b*}{/c*}", "/a")]
    [InlineData("{a}{.b}{c}{.d}{e}{.f}", ".a%20")]
    public void The_time_grows_no_faster_than_the_topic(string text, string part)
    {
        const int Parts = 1_000;
        const int Growth = 32;
        var selector = TopicMatcher.Parse(text);
        var shorter = Repeat(part, Parts) + "{";
        var longer = Repeat(part, Parts * Growth) + "{";
        selector.Matches(longer);

        var ratio = Best(selector, longer) / Best(selector, shorter);

        // Linear time gives 32, quadratic time 1024. The limit leaves room for a busy machine.
        Assert.InRange(ratio, 1, 10 * Growth);
    }

    // Distinct characters are the most work for Punycode. An encoder whose time is quadratic needs ten times as long
    // for them.
    [Fact]
    public void A_long_host_of_distinct_characters_takes_hardly_longer_than_one_of_equal_characters()
    {
        const int Characters = 1_000;
        const int MostTimes = 4;
        const char FirstIdeograph = '\u4e00';
        var distinct = $"https://{string.Concat(Enumerable.Range(FirstIdeograph, Characters).Select(c => (char)c))}/";
        var equal = $"https://{new string(FirstIdeograph, Characters)}/";
        Assert.NotNull(WhatwgUrl.Parse(distinct));
        Assert.NotNull(WhatwgUrl.Parse(equal));

        var ratio = Best(() => WhatwgUrl.Parse(distinct)) / Best(() => WhatwgUrl.Parse(equal));

        Assert.InRange(ratio, 0, MostTimes);
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        TopicMatcher[] selectors = [.. new[] { "*", "a", "https://e.com/{id}", "{+a}/b{/c*}", Repeat("{/a}b", 150) }
            .Select(TopicMatcher.Parse)];
        foreach (var selector in selectors) selector.Matches("https://e.com/1/b/c");

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var selector in selectors) selector.Matches("https://e.com/1/b/c");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static double Best(TopicMatcher selector, string topic) => Best(() => selector.Matches(topic));

    private static double Best(Action action)
    {
        const int Rounds = 5;
        return Enumerable.Range(0, Rounds).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            action();
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        });
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
