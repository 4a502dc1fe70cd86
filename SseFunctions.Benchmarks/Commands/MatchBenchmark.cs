using BenchmarkDotNet.Attributes;
using SseFunctions.Hub.Topics;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Finds out whom an update concerns. Public because the code that BenchmarkDotNet generates has to reach it.
/// </summary>
[MemoryDiagnoser]
public class MatchBenchmark
{
    private const string Topic = "https://example.com/users/4711/messages";

    private readonly List<object> _found = [];
    private readonly TopicSelector _template = TopicSelector.Parse("https://example.com/users/{id}/messages");
    private TopicIndex<object> _exact = new();
    private TopicIndex<object> _templates = new();

    /// <summary>How many subscriptions there are, each to another topic.</summary>
    [Params(1, 1_000, 20_000)]
    public int Subscriptions { get; set; }

    /// <summary>Makes them. One of them fits.</summary>
    [GlobalSetup]
    public void Fill()
    {
        _exact = new TopicIndex<object>();
        _templates = new TopicIndex<object>();
        _exact.Add(TopicSelector.Parse(Topic), new object());
        _templates.Add(TopicSelector.Parse("https://example.com/users/4711/{part}"), new object());
        for (var number = 1; number < Subscriptions; number++)
        {
            _exact.Add(TopicSelector.Parse($"https://example.com/users/{number + 10_000}/messages"), new object());
            _templates.Add(TopicSelector.Parse($"https://example.com/users/{number + 10_000}/{{part}}"), new object());
        }
    }

    /// <summary>Among exact topics.</summary>
    [Benchmark]
    public int AmongTopics() => Find(_exact);

    /// <summary>Among URI Templates.</summary>
    [Benchmark]
    public int AmongTemplates() => Find(_templates);

    /// <summary>One URI Template by itself.</summary>
    [Benchmark]
    public bool OneTemplate() => _template.Matches(Topic);

    private int Find(TopicIndex<object> index)
    {
        _found.Clear();
        index.Find(Topic, _found);
        return _found.Count;
    }
}
