using BenchmarkDotNet.Attributes;
using SseFunctions.Hub.Topics;
using SseFunctions.Hub.Topics.UrlPatterns;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Finds the subscribers of an update. Public, because code that BenchmarkDotNet generates uses it.</summary>
[MemoryDiagnoser]
public class MatchBenchmark
{
    private const string Topic = "https://example.com/users/4711/messages";

    private readonly List<object> _found = [];
    private readonly TopicMatcher _template = TopicMatcher.Parse("https://example.com/users/{id}/messages");
    private TopicIndex<object> _exact = new();
    private TopicIndex<object> _templates = new();
    private TopicIndex<object> _patterns = new();

    /// <summary>The number of subscriptions, each to a different topic.</summary>
    [Params(1, 1_000, 20_000)]
    public int Subscriptions { get; set; }

    /// <summary>Creates the subscriptions. One of them matches.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _exact = new TopicIndex<object>();
        _templates = new TopicIndex<object>();
        _patterns = new TopicIndex<object>();
        _exact.Add(TopicMatcher.Parse(Topic), new object());
        _templates.Add(TopicMatcher.Parse("https://example.com/users/4711/{part}"), new object());
        _patterns.Add(Pattern("https://example.com/users/4711/:part"), new object());
        for (var number = 1; number < Subscriptions; number++)
        {
            _exact.Add(TopicMatcher.Parse($"https://example.com/users/{number + 10_000}/messages"), new object());
            _templates.Add(TopicMatcher.Parse($"https://example.com/users/{number + 10_000}/{{part}}"), new object());
            _patterns.Add(Pattern($"https://example.com/users/{number + 10_000}/:part"), new object());
        }
    }

    /// <summary>Searches exact topics.</summary>
    [Benchmark]
    public int AmongTopics() => Find(_exact);

    /// <summary>Searches URI Templates.</summary>
    [Benchmark]
    public int AmongTemplates() => Find(_templates);

    /// <summary>Searches URL Patterns.</summary>
    [Benchmark]
    public int AmongPatterns() => Find(_patterns);

    /// <summary>Matches one URI Template.</summary>
    [Benchmark]
    public bool OneTemplate() => _template.Matches(Topic);

    private static TopicMatcher Pattern(string text) =>
        TopicMatcher.TryParsePattern(text, WhatwgUrl.Parse("https://example.com/hub")!, out var matcher, out var reason)
            ? matcher
            : throw new InvalidOperationException(reason);

    private int Find(TopicIndex<object> index)
    {
        _found.Clear();
        index.Find(Topic, _found);
        return _found.Count;
    }
}
