using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>Streaming:WriteTimeout is for clients that read nothing, not for clients that read slowly.</summary>
public sealed class SlowClientTests
{
    // The size of the kernel's buffers: small, so that a write blocks soon and the progress of a slow client shows
    // soon.
    private const int SmallBufferBytes = 4 * 1024;
    private const int ReadBytes = 2 * 1024;

    // On a busy machine the stream may go on to write after the buffers seemed full. Then its write blocks too late for
    // the test clock, so the test begins again, at most this number of times.
    private const int MaxTries = 10;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly string[] OnlyWriteTimeout =
        ["Streaming:WriteTimeout=00:00:10", "Streaming:Heartbeat=0", "Streaming:MaxDuration=0"];

    [Fact]
    public async Task A_client_that_reads_slowly_gets_everything()
    {
        const int Updates = 8;
        const int UpdateBytes = 64 * 1024;
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux tells what a client has taken of a write.");
        var sequence = new Sequence();
        for (var update = 0; update < Updates; update++) sequence.Add(new string('x', UpdateBytes));
        sequence.Finish();
        await using var server = await Start(sequence, OnlyWriteTimeout);
        using var client = await server.Get(receiveBufferBytes: SmallBufferBytes);
        // 2 KB/s: in the WriteTimeout of 10 s the client takes less than one write of 32 KB.
        while (client.Count < Updates * UpdateBytes)
        {
            await client.AtMost(ReadBytes);
            server.Time.Advance(Second);
        }
        Assert.True(await client.UntilEnd());
        Assert.Equal(Updates * UpdateBytes, client.Received.Count(character => character == 'x') - Extra(client));
        await server.Logs.First($"ended: finished, after {Updates} events");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_reads_nothing_is_cut_off_within_one_and_a_half_times_the_write_timeout(
        bool isBehindHost)
    {
        var tries = 1;
        while (!await IsCutOffInTime(isBehindHost)) Assert.True(tries++ < MaxTries, "No write stayed blocked.");
    }

    private static async Task<bool> IsCutOffInTime(bool isBehindHost)
    {
        const int TimeoutSeconds = 10;
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var given = new Counted(Sequence.Endless(disposed));
        await using var server = await StreamServer.StartWithFakeTime(given, OnlyWriteTimeout);
        await using var proxy = isBehindHost ? await HostProxy.Start(server.Url, TimeSpan.FromMinutes(4)) : null;
        using var client = await RawClient.Get(proxy is null ? server.Url : new Uri(proxy.Urls.First()));
        await client.Until("retry");
        // The kernels and the proxy buffer some megabytes while the test clock does not advance.
        var count = await given.StandsStill();
        for (var second = 1; second < TimeoutSeconds; second++) await Advance(server);
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
        for (var second = TimeoutSeconds; second <= TimeoutSeconds * 3 / 2; second++) await Advance(server);
        if (!await given.StandsStillUntil(server.Logs.First("ended: write_timeout"), count)) return false;
        await disposed.Task.Within("end of the sequence");
        Assert.False(await client.UntilEnd());
        Assert.Empty(server.Logs.Errors);
        return true;
    }

    [Fact]
    public async Task The_end_of_a_stream_gives_a_client_that_reads_nothing_no_more_time()
    {
        var tries = 1;
        while (!await EndsInTime()) Assert.True(tries++ < MaxTries, "No write stayed blocked.");
    }

    private static async Task<bool> EndsInTime()
    {
        const int TimeoutSeconds = 10;
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var given = new Counted(Sequence.Endless(disposed));
        // The stream ends after 7.2 to 9 s. The write has then been blocked for about the same time.
        await using var server = await StreamServer.StartWithFakeTime(
            given, "Streaming:WriteTimeout=00:00:10", "Streaming:Heartbeat=0", "Streaming:MaxDuration=00:00:09");
        using var client = await server.Get();
        await client.Until("retry");
        var count = await given.StandsStill();
        for (var second = 1; second <= TimeoutSeconds + 2; second++) await Advance(server);
        if (!await given.StandsStillUntil(disposed.Task.Within("end of the sequence"), count)) return false;
        await server.Logs.First("ended: max_duration");
        // The response is complete only if no write was blocked when the stream ended.
        return !await client.UntilEnd();
    }

    [Fact]
    public async Task A_client_that_reads_slowly_does_not_hold_up_the_end_of_its_stream()
    {
        // The sum of both durations and the lateness of the timer.
        const int AtTheLatest = 20 + 10 + 2;
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await Start(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=00:00:10", "Streaming:MaxDuration=00:00:20");
        using var client = await server.Get(receiveBufferBytes: SmallBufferBytes);
        await client.Until("retry");
        for (var second = 0; second < AtTheLatest; second++)
        {
            // The client goes on reading, but at this rate the blocked write of up to 64 KB would take a minute.
            try
            {
                await client.AtMost(ReadBytes / 2);
            }
            catch (Exception exception) when (exception is IOException or EndOfStreamException)
            {
                break;
            }
            await Advance(server);
        }
        await server.Logs.First("ended: max_duration");
        await disposed.Task.Within("end of the sequence");
    }

    // A closed TCP window does not mean a dead network: the client's kernel still answers.
    [Fact]
    public async Task A_client_that_reads_nothing_on_a_quiet_stream_is_not_taken_for_gone()
    {
        const int Beats = 20;
        const int UpdateBytes = 64 * 1024;
        var quiet = new Sequence();
        var full = new Sequence();
        full.Add(new string('x', UpdateBytes));
        await using var server = await StreamServer.Start(
            request => request.Headers.ContainsKey("Full") ? full : quiet, TimeProvider.System,
            "Streaming:Heartbeat=00:00:00.2", "Streaming:MaxDuration=0");
        using var reading = await server.Get();
        using var client = await server.Get("Full: yes\r\n", receiveBufferBytes: SmallBufferBytes);
        await full.Started;
        while (reading.Received.Split(": heartbeat").Length <= Beats) await reading.MoreThan(reading.Count);
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
        full.Add("after it");
        await client.Until("after it");
    }

    [Fact]
    public async Task The_kernel_tells_how_many_bytes_the_client_has_acknowledged()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux does.");
        const int Bytes = 1000;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var before = TcpState.Read(socket)!.Value;
        await socket.SendAsync(new byte[Bytes], TestContext.Current.CancellationToken);
        while (TcpState.Read(socket)!.Value.AcknowledgedBytes < before.AcknowledgedBytes + Bytes) await Task.Yield();
        var after = TcpState.Read(socket)!.Value;
        Assert.Equal(before.AcknowledgedBytes + Bytes, after.AcknowledgedBytes);
        Assert.False(after.IsUnanswered);
        Assert.True(after.Silence < Limits.Soon);
        socket.Dispose();
        Assert.Null(TcpState.Read(socket));
    }

    [Fact]
    public void Where_the_kernel_cannot_be_asked_a_client_has_to_take_the_whole_write()
    {
        var time = new FakeTimeProvider();
        Assert.Null(TcpState.SocketOf(new DefaultHttpContext()));
        var write = new BlockedWrite(null, time);
        time.Advance(Second);
        Assert.Equal(Second, write.Look(out var state));
        Assert.Null(state);
        time.Advance(Second);
        Assert.Equal(Second * 2, write.Look(out _));
    }

    private static Task<StreamServer> Start(IAsyncEnumerable<ServerSentEvent> events, params string[] settings) =>
        StreamServer.Start(_ => events, null, IPAddress.Loopback, SmallBufferBytes, settings);

    private static async Task Advance(StreamServer server)
    {
        server.Time.Advance(Second);
        await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
    }

    // Counts the letters x before the first event, in the headers.
    private static int Extra(RawClient client) =>
        client.Received[
            ..client.Received.IndexOf("data:", StringComparison.Ordinal)].Count(character => character == 'x');

    // Counts the events that the stream has taken from the sequence.
    private sealed class Counted(IAsyncEnumerable<ServerSentEvent> events) : IAsyncEnumerable<ServerSentEvent>
    {
        private const int Looks = 50;
        private int _count;

        public async IAsyncEnumerator<ServerSentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var next in events.WithCancellation(cancellationToken))
            {
                Interlocked.Increment(ref _count);
                yield return next;
            }
        }

        /// <summary>Waits until the stream takes nothing. Returns the number of events so far.</summary>
        public async Task<int> StandsStill()
        {
            for (int same = 0, before = 0; same < Looks || before == 0;)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
                var now = Volatile.Read(ref _count);
                same = now == before ? same + 1 : 0;
                before = now;
            }
            return Volatile.Read(ref _count);
        }

        /// <summary>Waits for the task. Returns false as soon as the stream has taken another event.</summary>
        public async Task<bool> StandsStillUntil(Task task, int count)
        {
            while (!task.IsCompleted && Volatile.Read(ref _count) == count)
                await Task.WhenAny(
                    task, Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
            if (Volatile.Read(ref _count) != count) return false;
            await task;
            return true;
        }
    }
}
