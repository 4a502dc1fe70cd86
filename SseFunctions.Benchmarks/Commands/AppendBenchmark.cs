using BenchmarkDotNet.Attributes;
using SseFunctions.Hub;
using SseFunctions.Hub.EventLogs;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Appends to a full log in memory, so that each new entry removes an old one. Public, because code that
/// BenchmarkDotNet generates uses it.</summary>
[MemoryDiagnoser]
public class AppendBenchmark
{
    private const int Held = 10_000;
    private const int DataLength = 100;

    private static readonly string[] Topics = ["https://example.com/books/1"];

    private readonly string _data = new('x', DataLength);
    private readonly InMemoryEventLog _log =
        new(new LogLimits(Held, long.MaxValue, TimeSpan.FromDays(1)), TimeProvider.System);

    private long _count;

    /// <summary>Fills the log up to its limit, before the measurement.</summary>
    [GlobalSetup]
    public async Task Fill()
    {
        for (var count = 0; count < Held; count++) await Append();
    }

    /// <summary>Appends an update whose id the log creates.</summary>
    [Benchmark]
    public async ValueTask<int> Append() =>
        (await _log.AppendAsync(new Update(Topics, _data), CancellationToken.None)).SizeBytes;

    /// <summary>Appends an update with an id of the publisher.</summary>
    [Benchmark]
    public async ValueTask<int> AppendWithOwnId() =>
        (await _log.AppendAsync(
            new Update(Topics, _data) { Id = $"urn:update:{_count++}" }, CancellationToken.None)).SizeBytes;
}
