using System.Text;
using BenchmarkDotNet.Attributes;
using SseFunctions.Hub.Protocol;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>What one subscription can cost a publication at most: as many matchers as the hub admits, made to be slow,
/// and a topic of 4 KB. Public, because code that BenchmarkDotNet generates uses it.</summary>
public class HostileMatchBenchmark
{
    private const int TopicLength = 4096;
    private const string Origin = "https://e.example/";

    private static readonly WhatwgUrl BaseUrl = WhatwgUrl.Parse($"{Origin}.well-known/mercure")!;

    private readonly Dictionary<string, (TopicMatcher[] Matchers, string Topic)> _cases = [];
    private readonly Dictionary<string, (UrlPattern Pattern, WhatwgUrl Topic)> _single = [];

    /// <summary>Matches URI Templates.</summary>
    /// <param name="template">A template that is repeated up to the limit of a template's steps.</param>
    /// <param name="topic">A text that is repeated up to the length of the topic.</param>
    [Benchmark]
    [Arguments("{+a}ab", "ab")]
    [Arguments("{+a}{/b}", "/a")]
    [Arguments("{+a}{?b*}", "?a&b=%20")]
    public int Templates(string template, string topic) => Match(template, topic, Template);

    /// <summary>Matches URL Patterns.</summary>
    /// <param name="pattern">A part of a pattern's path that is repeated up to the limit of the subscription.</param>
    /// <param name="topic">A text that is repeated up to the length of the topic.</param>
    [Benchmark]
    [Arguments("*a", "a")]
    [Arguments("{a}?", "a")]
    [Arguments("((?:[ab]*a[ab]{90})*)", "abb")]
    // The URL of the topic has %7B for each of its characters.
    [Arguments("((?:.{0,190}B)*)", "{")]
    public int Patterns(string pattern, string topic) => Match(pattern, topic, Pattern);

    /// <summary>Matches one URL Pattern with as many steps as the hub admits, all of which stay alive. The parse of the
    /// topic, which happens once for each publication, is not measured.</summary>
    /// <param name="pattern">The path of the pattern.</param>
    /// <param name="topic">A character whose bytes are percent-encoded in the URL of the topic. It is repeated up to
    /// 4 KB.</param>
    [Benchmark]
    [Arguments("((?:(?:.?){192})*)", "{")]
    [Arguments("((?:.*){191}z)", "\u00e9")]
    [Arguments("((?:[%0-9A-F]*[0-9A-F]{190})*z)", "\u00e9")]
    [Arguments("((?:.{0,190}B)*)", "{")]
    public bool OnePattern(string pattern, string topic)
    {
        if (!_single.TryGetValue(pattern, out var found)) _single.Add(pattern, found = MakeOne(pattern, topic));
        return found.Pattern.Matches(found.Topic);
    }

    private static (UrlPattern Pattern, WhatwgUrl Topic) MakeOne(string text, string topicPart)
    {
        if (!UrlPattern.TryParse($"{Origin}{text}", BaseUrl, out var pattern, out _))
            throw new InvalidOperationException($"The hub refuses {text}.");
        var times = (TopicLength - Origin.Length) / Encoding.UTF8.GetByteCount(topicPart);
        return (pattern!, WhatwgUrl.Parse($"{Origin}{string.Concat(Enumerable.Repeat(topicPart, times))}")!);
    }

    private int Match(string part, string topicPart, Func<string, int, TopicMatcher?> make)
    {
        if (!_cases.TryGetValue(part, out var found)) _cases.Add(part, found = Make(part, topicPart, make));
        var matches = 0;
        foreach (var matcher in found.Matchers)
        {
            if (matcher.Matches(found.Topic)) matches++;
        }
        return matches;
    }

    // Takes the longest matcher that the hub accepts as often as a subscription may have it.
    private static (TopicMatcher[] Matchers, string Topic) Make(
        string part, string topicPart, Func<string, int, TopicMatcher?> make)
    {
        TopicMatcher? longest = null;
        for (var count = 1; make(part, count) is { } matcher && matcher.Steps <= SubscribeQuery.MaxSteps; count++)
            longest = matcher;
        if (longest is null) throw new InvalidOperationException($"The hub refuses {part}.");
        var topic = Origin + string.Concat(Enumerable.Repeat(topicPart, TopicLength / topicPart.Length));
        return ([.. Enumerable.Repeat(longest, SubscribeQuery.MaxSteps / longest.Steps)], topic[..TopicLength]);
    }

    private static TopicMatcher? Template(string part, int count) =>
        TopicMatcher.Parse(string.Concat(Enumerable.Repeat(part, count))) is { IsTemplate: true } matcher
            ? matcher
            : null;

    private static TopicMatcher? Pattern(string part, int count) => TopicMatcher.TryParsePattern(
        Origin + string.Concat(Enumerable.Repeat(part, count)), BaseUrl, out var matcher, out _)
        ? matcher
        : null;
}
