using BenchmarkDotNet.Attributes;
using SseFunctions.Streaming;

namespace SseFunctions.Benchmarks.Commands;

/// <summary>Creates events of several kinds. Public, because code that BenchmarkDotNet generates uses it.</summary>
[MemoryDiagnoser]
public class EncodeBenchmark
{
    private const int SmallLength = 64;
    private const int LargeLength = 16 * 1024;
    private const int Lines = 64;

    private readonly string _small = new('x', SmallLength);
    private readonly string _large = new('x', LargeLength);
    private readonly string _lines = string.Join('\n', Enumerable.Repeat(new string('x', SmallLength), Lines));
    private readonly string _umlauts = new('\u00fc', SmallLength);

    /// <summary>64 letters in ASCII.</summary>
    [Benchmark]
    public ServerSentEvent Small() => new(_small);

    /// <summary>A short text with a type and an id.</summary>
    [Benchmark]
    public ServerSentEvent SmallWithTypeAndId() => new(_small, "update", "12345");

    /// <summary>Letters of two bytes each.</summary>
    [Benchmark]
    public ServerSentEvent SmallNotAscii() => new(_umlauts);

    /// <summary>16 KB in one line.</summary>
    [Benchmark]
    public ServerSentEvent Large() => new(_large);

    /// <summary>64 lines of 64 characters.</summary>
    [Benchmark]
    public ServerSentEvent ManyLines() => new(_lines);
}
