using System.Diagnostics;
using System.Net;
using SseFunctions.Benchmarks.Client;
using SseFunctions.Benchmarks.Reporting;

namespace SseFunctions.Benchmarks.Load;

/// <summary>Watches one discussion whose words are the times at which they were said, and measures how old they are
/// when they arrive.</summary>
/// <param name="start">When the load began, as <see cref="Stopwatch.GetTimestamp"/>.</param>
/// <param name="ramp">How long after that the viewers connect and the server's code is compiled.</param>
internal sealed class DiscussionViewer(long start, TimeSpan ramp)
{
    private const int Base = 10;

    private static readonly byte[] Delta = "event: turn.delta\n"u8.ToArray();
    private static readonly byte[] Text = "\"text\":\""u8.ToArray();
    private static readonly byte[] Snapshot = "event: snapshot\n"u8.ToArray();

    private readonly long _steady = start + (long)(ramp.TotalSeconds * Stopwatch.Frequency);

    // The digits so far of a word that has not ended.
    private long _begun;

    /// <summary>The age of each word that arrived while the viewer watched.</summary>
    public Histogram Ages { get; } = new();

    /// <summary>The age of each of these words that was said after the ramp.</summary>
    public Histogram SteadyAges { get; } = new();

    /// <summary>The number of words that were said before the viewer came.</summary>
    public int Earlier { get; private set; }

    /// <summary>Watches until the stream ends.</summary>
    public async Task RunAsync(IPEndPoint server, string id, CancellationToken cancellationToken)
    {
        using var client = await SseClient.ConnectAsync(server, null, cancellationToken);
        await client.OpenAsync($"/discussions/{id}/events", cancellationToken);
        while (await client.ReadBlockAsync(cancellationToken) is { } block) Take(block.Span);
    }

    private void Take(ReadOnlySpan<byte> block)
    {
        var isSnapshot = block.StartsWith(Snapshot);
        if ((!isSnapshot && !block.StartsWith(Delta)) || block.IndexOf(Text) is not (>= 0 and var start)) return;
        var now = Stopwatch.GetTimestamp();
        // A word ends at its space. The server may split a long text, and even a word, over several events.
        foreach (var unit in block[(start + Text.Length)..])
        {
            if (unit is >= (byte)'0' and <= (byte)'9') _begun = (_begun * Base) + unit - '0';
            else if (unit != ' ') break;
            else
            {
                Count(now, _begun, isSnapshot);
                _begun = 0;
            }
        }
    }

    private void Count(long now, long said, bool isEarlier)
    {
        if (isEarlier) Earlier++;
        else Ages.Add(now - said);
        if (!isEarlier && said >= _steady) SteadyAges.Add(now - said);
    }
}
