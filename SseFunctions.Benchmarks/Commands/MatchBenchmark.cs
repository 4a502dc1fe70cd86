using BenchmarkDotNet.Attributes;
using SseFunctions.Hub.Topics;

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

    /// <summary>The number of subscriptions, each to a different topic.</summary>
    [Params(1, 1_000, 20_000)]
    public int Subscriptions { get; set; }

    /// <summary>Creates the subscriptions. One of them matches.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _exact = new TopicIndex<object>();
        _templates = new TopicIndex<object>();
        _exact.Add(TopicMatcher.Parse(Topic), new object());
        _templates.Add(TopicMatcher.Parse("https://example.com/users/4711/{part}"), new object());
        for (var number = 1; number < Subscriptions; number++)
        {
            _exact.Add(TopicMatcher.Parse($"https://example.com/users/{number + 10_000}/messages"), new object());
            _templates.Add(TopicMatcher.Parse($"https://example.com/users/{number + 10_000}/{{part}}"), new object());
        }
    }

    /// <summary>Searches exact topics.</summary>
    [Benchmark]
    public int AmongTopics() => Find(_exact);

    /// <summary>Searches URI Templates.</summary>
    [Benchmark]
    public int AmongTemplates() => Find(_templates);

    /// <summary>Matches one URI Template.</summary>
    [Benchmark]
    public bool OneTemplate() => _template.Matches(Topic);

    private int Find(TopicIndex<object> index)
    {
        _found.Clear();
        index.Find(Topic, _found);
        return _found.Count;
    }
}
