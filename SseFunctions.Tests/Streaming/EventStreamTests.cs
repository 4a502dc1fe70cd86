using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

public sealed class EventStreamTests
{
    private const string Heartbeat = ": heartbeat\n";
    private const int SmallBufferBytes = 128 * 1024;

    [Fact]
    public async Task Sends_headers_and_a_first_comment_before_any_event_exists()
    {
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        using var client = await server.Get();
        var opening = await client.UntilOpen();
        var received = await client.Until(Chunk(opening));
        var date = received.Split("\r\n").Single(line => line.StartsWith("Date: ", StringComparison.Ordinal));
        Assert.Equal(
            "HTTP/1.1 200 OK\r\n"
            + "Content-Type: text/event-stream\r\n"
            + $"{date}\r\n"
            + "Server: Kestrel\r\n"
            + "Cache-Control: no-store, no-transform\r\n"
            + "Transfer-Encoding: chunked\r\n"
            + "X-Accel-Buffering: no\r\n"
            + "\r\n"
            + Chunk(opening),
            received);
    }

    // Some clients pass each block that ends with an empty line to the application, even without data. A JSON.parse("")
    // of the application then throws, and the client reconnects forever.
    [Fact]
    public async Task Sends_no_empty_line_but_at_the_end_of_an_event()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(
            sequence, "Streaming:Heartbeat=00:00:10", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        await client.UntilOpen();
        await server.Advance(TimeSpan.FromSeconds(10), client.Until(Chunk(Heartbeat)));
        sequence.Add("one");
        var body = (await client.Until("data: one\n\n")).Split("\r\n\r\n", 2)[1];
        Assert.Equal(1, body.Split("\n\n").Length - 1);
    }

    // When an instance crashes, all its streams end at the same moment, and it cannot send anything any more.
    [Fact]
    public async Task Tells_each_client_another_time_to_wait_before_it_reconnects()
    {
        const int Streams = 50;
        await using var server = await StreamServer.Start(_ => new Sequence(), null);
        var openings = new List<string>();
        for (var count = 0; count < Streams; count++)
        {
            using var client = await server.Get();
            openings.Add(await client.UntilOpen());
        }
        Assert.InRange(openings.Distinct().Count(), Streams / 2, Streams);
    }

    [Fact]
    public async Task Writes_together_what_is_ready_together()
    {
        // The stream flushes after 50 ms on the machine's clock. A thread that was delayed for that long writes the
        // events separately.
        const int Tries = 20;
        var together = Chunk("data: one\n\ndata: two\n\ndata: three\n\n");
        await using var server = await StreamServer.Start(_ => Ready("one", "two", "three"), null);
        for (var tries = 1; ; tries++)
        {
            using var client = await server.Get();
            await client.Until("data: three\n\n\r\n");
            if (client.Received.EndsWith(Chunk(await client.UntilOpen()) + together, StringComparison.Ordinal)) return;
            Assert.True(tries < Tries, client.Received);
        }
    }

    [Fact]
    public async Task Sends_an_event_as_soon_as_it_exists()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.UntilOpen();
        sequence.Add("one");
        await client.Until(Chunk("data: one\n\n"));
        sequence.Add("two");
        await client.Until(Chunk("data: two\n\n"));
    }

    [Fact]
    public async Task Sends_a_heartbeat_after_silence_and_not_before()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(
            sequence, "Streaming:Heartbeat=00:00:10", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        await client.UntilOpen();
        await sequence.Started;
        for (var quiet = 1; quiet <= 3; quiet++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(9));
            sequence.Add($"breaks the silence {quiet}");
            await client.Until($"{quiet}\n\n");
        }
        Assert.DoesNotContain(Heartbeat, client.Received, StringComparison.Ordinal);
        await server.Advance(TimeSpan.FromSeconds(10), client.Until(Chunk(Heartbeat)));
    }

    [Fact]
    public async Task Sends_one_heartbeat_for_each_stretch_of_silence()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(
            sequence, "Streaming:Heartbeat=00:00:10", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        await client.UntilOpen();
        await sequence.Started;
        for (var beats = 1; beats <= 3; beats++)
            await server.Advance(
                TimeSpan.FromSeconds(10), client.Until(string.Concat(Enumerable.Repeat(Chunk(Heartbeat), beats))));
    }

    [Fact]
    public async Task A_heartbeat_of_zero_and_a_retry_of_zero_turn_them_off()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(
            sequence, "Streaming:Heartbeat=0", "Streaming:Retry=0", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        await client.Until(Chunk(": open\n"));
        server.Time.Advance(TimeSpan.FromDays(1));
        sequence.Add("still here");
        await client.Until("still here\n\n");
        Assert.DoesNotContain("heartbeat", client.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_reads_slowly_but_steadily_is_not_cut_off()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=00:00:10", "Streaming:MaxDuration=0");
        using var client = await server.Get(receiveBufferBytes: SmallBufferBytes);
        // 18 s in all. The kernel buffers a few seconds of it, which the client can read while the server is delayed.
        while (client.Count < 30_000_000)
        {
            await client.MoreThan(client.Count + 1_000_000);
            server.Time.Advance(TimeSpan.FromSeconds(0.6));
        }
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slow_client_gets_the_rest_of_a_sequence_that_is_finished()
    {
        const int Count = 4_000;
        var sequence = new Sequence();
        for (var count = 0; count < Count; count++) sequence.Add(new string('q', 10_000));
        sequence.Finish();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await sequence.Started;
        // Much longer than a stopping host would wait, but within WriteTimeout.
        for (var second = 0; second < 5; second++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(1));
            await client.MoreThan(client.Count + 1_000_000);
        }
        Assert.True(await client.UntilEnd());
        // In a chunked body, only the letter q is certain to belong to the data.
        Assert.Equal(Count * 10_000, client.Received.Count(character => character == 'q'));
        await server.Logs.First($"ended: finished, after {Count} events");
    }

    [Fact]
    public async Task A_large_event_arrives_however_long_it_takes_as_long_as_the_client_reads()
    {
        const int Size = 20_000_000;
        var sequence = new Sequence();
        sequence.Add(new string('q', Size));
        await using var server = await StreamServer.StartWithFakeTime(
            sequence, "Streaming:WriteTimeout=00:00:10", "Streaming:MaxDuration=0");
        using var client = await server.Get(receiveBufferBytes: SmallBufferBytes);
        // 10.8 s in all.
        for (var received = 0; received < Size - 2_000_000; received = client.Count)
        {
            await client.MoreThan(received + 1_000_000);
            server.Time.Advance(TimeSpan.FromSeconds(0.6));
        }
        sequence.Finish();
        Assert.True(await client.UntilEnd());
        Assert.Equal(Size, client.Received.Count(character => character == 'q'));
    }

    [Fact]
    public async Task Does_not_hold_back_the_events_of_a_sequence_that_works_without_awaiting()
    {
        using var go = new SemaphoreSlim(0);
        await using var server = await StreamServer.StartWithFakeTime(Sequence.Working(go));
        using var client = await server.Get();
        await client.UntilOpen();
        for (var step = 1; step <= 3; step++)
        {
            // The sequence works on its thread in real time, so the test clock cannot replace this sleep.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            go.Release();
            await client.Until($"step {step}\n\n");
        }
        go.Release();
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_no_other_up()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.Start(_ => Sequence.Endless(disposed), null);
        using var stalled = await server.Get();
        using var reading = await server.Get();
        await reading.MoreThan(20_000_000);
    }

    [Fact]
    public async Task HEAD_gets_the_headers_and_starts_no_sequence()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get("Connection: close\r\n", "HEAD");
        await client.UntilEnd();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", client.Received, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: text/event-stream\r\n", client.Received, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", client.Received, StringComparison.Ordinal);
        Assert.False(sequence.HasStarted);
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kestrels_own_limit_for_slow_clients_is_off_so_that_ours_decides()
    {
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        using var client = await server.Get();
        await client.UntilOpen();
        Assert.Null(Assert.Single(server.Contexts).Features.Get<IHttpMinResponseDataRateFeature>()!.MinDataRate);
    }

    private static Sequence Ready(params string[] events)
    {
        var sequence = new Sequence();
        foreach (var data in events) sequence.Add(data);
        return sequence;
    }

    private static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";
}
