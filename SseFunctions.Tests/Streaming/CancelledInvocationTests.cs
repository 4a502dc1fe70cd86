using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>When a client leaves, the Functions host also cancels the invocation, a few milliseconds before Kestrel
/// reports that the connection is gone.</summary>
public sealed class CancelledInvocationTests
{
    // The time for which a stream waits for the second signal.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(100)]
    public async Task A_client_that_is_gone_soon_after_the_cancellation_has_left(int milliseconds)
    {
        using var spans = new CapturedSpans(SseTelemetry.SourceName);
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        var counted = new ConcurrentQueue<object?>();
        using var listener = Count(server, counted);
        using var client = await server.Get(spans.Header);
        await client.Until("retry");
        await sequence.Started;
        await server.Invocation.CancelAsync();
        // The sequence is disposed of before the reason is certain.
        await sequence.Finally;
        server.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        client.Break();

        await server.Logs.First("ended: client_gone");
        Assert.Equal(["client_gone"], counted);
        var end = await spans.First(StreamTrace.EndName);
        Assert.Equal("client_gone", end.GetTagItem("sse.end.reason"));
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_cancellation_without_a_client_that_leaves_is_counted_as_that_a_quarter_of_a_second_later()
    {
        const int Streams = 50;
        var sequences = new ConcurrentQueue<Sequence>();
        await using var server = await StreamServer.Start(
            _ =>
            {
                var sequence = new Sequence();
                sequences.Enqueue(sequence);
                return sequence;
            },
            null);
        var counted = new ConcurrentQueue<object?>();
        using var listener = Count(server, counted);
        var clients = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => server.Get()));
        foreach (var client in clients) await client.Until("retry");
        foreach (var sequence in sequences) await sequence.Started;
        await server.Invocation.CancelAsync();
        foreach (var sequence in sequences) await sequence.Finally;
        server.Time.Advance(Grace - Instant);
        Assert.Empty(counted);
        // A stream may begin to wait only now. Its time counts from the cancellation.
        var all = Task.WhenAll(clients.Select(client => client.UntilEnd()));
        await server.Advance(Instant, all);
        Assert.All(await all, Assert.True);
        await server.Logs.First("ended: invocation_cancelled");
        while (counted.Count < Streams) await Task.Yield();
        Assert.All(counted, reason => Assert.Equal("invocation_cancelled", reason));
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_client_that_leaves_first_is_counted_at_once()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.Until("retry");
        await sequence.Started;
        client.Break();
        await sequence.Finally;
        await server.Invocation.CancelAsync();
        // The test clock does not advance by itself.
        await server.Logs.First("ended: client_gone");
    }

    [Fact]
    public async Task A_client_that_was_cut_off_because_of_the_cancellation_has_not_left()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=0", "Streaming:MaxDuration=0", "Streaming:Heartbeat=0");
        using var client = await server.Get();
        await client.MoreThan(100_000);
        await server.Invocation.CancelAsync();
        await server.Advance(TimeSpan.FromMilliseconds(100), server.Logs.First("ended: "));
        await server.Logs.First("ended: invocation_cancelled");
        await disposed.Task.Within("end of the sequence");
    }

    private static MeterListener Count(StreamServer server, ConcurrentQueue<object?> reasons)
    {
        var listener = new MeterListener();
        var factory = server.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == factory && instrument.Name == "sse.streams.ended")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            reasons.Enqueue(tags.ToArray().Single(tag => tag.Key == "reason").Value));
        listener.Start();
        return listener;
    }
}
