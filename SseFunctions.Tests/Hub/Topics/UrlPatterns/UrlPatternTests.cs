using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Tests.Hub.Topics.UrlPatterns;

public sealed class UrlPatternTests
{
    private static readonly WhatwgUrl BaseUrl = WhatwgUrl.Parse(UrlPatternCases.BaseUrl)!;

    public static TheoryData<string, string> Matching => [.. UrlPatternCases.Matching];

    public static TheoryData<string, string> NotMatching => [.. UrlPatternCases.NotMatching];

    public static TheoryData<string> Invalid => [.. UrlPatternCases.Invalid];

    public static TheoryData<string> NotRun => [.. UrlPatternCases.NotRun];

    [Theory]
    [MemberData(nameof(Matching))]
    public void Matches(string pattern, string topic) => Assert.True(Parse(pattern).Matches(topic));

    [Theory]
    [MemberData(nameof(NotMatching))]
    public void Does_not_match(string pattern, string topic) => Assert.False(Parse(pattern).Matches(topic));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Says_what_is_wrong_with_a_pattern(string pattern)
    {
        var reason = ReasonFor(pattern);
        Assert.EndsWith(".", reason, StringComparison.Ordinal);
        Assert.DoesNotContain(PatternException.NotRun, reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(NotRun))]
    public void Says_what_is_not_run(string pattern) =>
        Assert.EndsWith(PatternException.NotRun, ReasonFor(pattern), StringComparison.Ordinal);

    [Fact]
    public void A_reason_names_what_the_group_uses() => Assert.Equal(
        "A group uses a look-ahead, which this hub does not run.", ReasonFor("https://e.com/(a(?=b))"));

    [Theory]
    [InlineData("https://e.com/*", 0)]
    [InlineData("https://e.com/books/:id", 0)]
    [InlineData("https://e.com/:a/:b", 3)]
    [InlineData("https://e.com/(\\d{3})-x", 3)]
    public void Steps_are_the_characters_that_may_have_to_be_followed_at_once(string pattern, int steps) =>
        Assert.Equal(steps, Parse(pattern).Steps);

    [Fact]
    public void A_topic_is_parsed_once_for_many_patterns()
    {
        var url = WhatwgUrl.Parse("/books/1", BaseUrl)!;
        Assert.True(Parse("/books/:id").Matches(url));
        Assert.True(Parse("https://hub.example/*").Matches(url));
        Assert.False(Parse("/films/:id").Matches(url));
    }

    private static UrlPattern Parse(string pattern)
    {
        Assert.True(UrlPattern.TryParse(pattern, BaseUrl, out var parsed, out var reason), reason);
        return parsed;
    }

    private static string ReasonFor(string pattern)
    {
        Assert.False(UrlPattern.TryParse(pattern, BaseUrl, out _, out var reason));
        return reason;
    }
}
