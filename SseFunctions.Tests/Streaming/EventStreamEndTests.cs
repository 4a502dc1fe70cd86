using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>The reasons of <see cref="StreamEnd"/>: each ends a stream, and the client can tell the result.</summary>
public sealed class EventStreamEndTests
{
    [Fact]
    public async Task Ends_the_response_when_the_sequence_is_finished()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.UntilOpen();
        sequence.Add("last");
        sequence.Finish();
        Assert.True(await client.UntilEnd());
        await sequence.Finally;
        await server.Logs.First("ended: finished, after 1 events");
    }

    [Fact]
    public async Task Ends_cleanly_after_all_that_a_sequence_gave_before_it_fell_behind()
    {
        var sequence = new Sequence();
        sequence.Add("first");
        sequence.Add("second");
        sequence.Finish(new FellBehindException());
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        Assert.True(await client.UntilEnd());
        // The two events come in one chunk, or in two if the thread was delayed between them.
        Assert.Matches("data: first\n\n(\r\n[0-9a-f]+\r\n)?data: second\n\n", client.Received);
        await server.Logs.First("ended: fell_behind, after 2 events");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Ends_cleanly_between_four_fifths_of_the_longest_duration_and_all_of_it()
    {
        const int Count = 20;
        var sequences = new ConcurrentQueue<Sequence>();
        await using var server = await StreamServer.Start(
            _ =>
            {
                var sequence = new Sequence();
                sequences.Enqueue(sequence);
                return sequence;
            },
            null,
            "Streaming:MaxDuration=00:10:00");
        var clients = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => server.Get()));
        foreach (var client in clients) await client.UntilOpen();
        server.Time.Advance(TimeSpan.FromMinutes(7.9));
        // The clock stands still until each stream has shown that it is open.
        foreach (var sequence in sequences) sequence.Add("still here");
        foreach (var client in clients) await client.Until("still here\n\n");
        Assert.DoesNotContain(server.Logs.Entries, entry => entry.Message.Contains("ended", StringComparison.Ordinal));
        server.Time.Advance(TimeSpan.FromMinutes(1.1));
        await server.Logs.First("ended: max_duration");
        server.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (var client in clients) Assert.True(await client.UntilEnd());
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task Cuts_off_a_client_that_takes_no_write_for_the_write_timeout()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=00:00:10", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        // The kernel and Kestrel buffer some megabytes before a write blocks. WriteTimeout counts from then on.
        await server.Advance(TimeSpan.FromSeconds(10), server.Logs.First("ended: write_timeout"));
        await disposed.Task.Within("end of the sequence");
        Assert.False(await client.UntilEnd());
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_client_that_reads_slowly_is_ended_by_the_longest_duration_too()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=0", "Streaming:MaxDuration=00:01:00");
        using var client = await server.Get();
        await client.MoreThan(1_000_000);
        await server.Advance(TimeSpan.FromSeconds(60), server.Logs.First("ended: max_duration"));
        await disposed.Task.Within("end of the sequence");
    }

    [Fact]
    public async Task Ends_when_the_client_is_gone()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.UntilOpen();
        await sequence.Started;
        client.Break();
        await sequence.Finally;
        await server.Logs.First("ended: client_gone");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Ends_when_the_client_of_a_sequence_that_is_always_ready_is_gone()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(Sequence.Endless(disposed));
        using var client = await server.Get();
        await client.MoreThan(100_000);
        client.Break();
        await disposed.Task.Within("end of the sequence");
        await server.Logs.First("ended: client_gone");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Ends_cleanly_when_the_invocation_is_cancelled()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.UntilOpen();
        await sequence.Started;
        await server.Invocation.CancelAsync();
        // The sequence stops immediately. The response ends later, after the wait for the signal that the client is
        // gone.
        await sequence.Finally;
        var ended = client.UntilEnd();
        await server.Advance(TimeSpan.FromMilliseconds(50), ended);
        Assert.True(await ended);
        await server.Logs.First("ended: invocation_cancelled");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task Ends_cleanly_when_the_host_stops()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.UntilOpen();
        await sequence.Started;
        await server.Stop();
        Assert.True(await client.UntilEnd());
        await sequence.Finally;
        await server.Logs.First("ended: host_stopping");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_client_that_does_not_read_does_not_hold_up_a_host_that_stops()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.Start(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=0", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        await client.MoreThan(100_000);
        await server.Stop();
        await disposed.Task.Within("end of the sequence");
        await server.Logs.First("ended: host_stopping");
    }

    [Fact]
    public async Task Leaves_a_sequence_to_itself_that_ignores_its_cancellation()
    {
        var never = new TaskCompletionSource<bool>();
        await using var server = await StreamServer.StartWithFakeTime(Deaf(never.Task));
        using var client = await server.Get();
        await client.Until("deaf\n\n");
        await server.Invocation.CancelAsync();
        var ended = client.UntilEnd();
        await server.Advance(TimeSpan.FromSeconds(1), ended);
        Assert.True(await ended);
        await server.Logs.First("ended: invocation_cancelled");
        Assert.Equal(LogLevel.Warning, (await server.Logs.First("did not stop within 1 s of its cancellation")).Level);
        never.SetResult(true);
    }

    [Fact]
    public async Task Breaks_the_connection_and_logs_an_error_when_the_sequence_throws()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        sequence.Add("before");
        await client.Until("before\n\n");
        sequence.Finish(new FormatException("secret"));
        Assert.False(await client.UntilEnd());
        await sequence.Finally;
        await server.Logs.First("ended: failed");
        Assert.IsType<FormatException>(Assert.Single(server.Logs.Errors).Exception);
        Assert.DoesNotContain("secret", client.Received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "ended: client_gone")]
    [InlineData(false, "ended: invocation_cancelled")]
    public async Task Whatever_a_sequence_throws_when_it_is_stopped_is_no_failure(bool clientLeaves, string ended)
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(Sequence.Sulking(disposed));
        using var client = await server.Get();
        await client.Until("first\n\n");
        if (clientLeaves) client.Break();
        else await server.Invocation.CancelAsync();
        await server.Advance(TimeSpan.FromMilliseconds(50), server.Logs.First(ended));
        await disposed.Task.Within("end of the sequence");
        Assert.Empty(server.Logs.Errors);
        if (!clientLeaves) Assert.True(await client.UntilEnd());
    }

    [Fact]
    public async Task A_cancelled_invocation_with_a_client_that_does_not_read_is_counted_as_that()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            Sequence.Endless(disposed), "Streaming:WriteTimeout=0", "Streaming:MaxDuration=0");
        using var client = await server.Get();
        await client.MoreThan(100_000);
        // Now the write may be blocked, or not yet. The end reason must be the same.
        await server.Invocation.CancelAsync();
        await server.Advance(TimeSpan.FromSeconds(1), server.Logs.First("ended: invocation_cancelled"));
        await disposed.Task.Within("end of the sequence");
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_sequence_that_cancels_itself_has_failed_too()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        using var client = await server.Get();
        await client.UntilOpen();
        sequence.Finish(new OperationCanceledException());
        Assert.False(await client.UntilEnd());
        await server.Logs.First("ended: failed");
        Assert.Single(server.Logs.Errors);
    }

    [Fact]
    public async Task A_stream_opened_while_the_host_stops_ends_at_once()
    {
        var sequence = new Sequence();
        await using var server = await StreamServer.StartWithFakeTime(sequence);
        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        using var client = await server.Get();
        Assert.True(await client.UntilEnd());
        await server.Logs.First("ended: host_stopping, after 0 events");
    }

    [Fact]
    public async Task A_stream_whose_time_is_over_ends_at_once_however_long_ago_that_was()
    {
        await using var server = await StreamServer.StartWithFakeTime(new Sequence());
        var streams = server.Services.GetRequiredService<EventStreams>();
        var context = new DefaultHttpContext();
        await streams.Stream("test", new Sequence(), CancellationToken.None, DateTimeOffset.MinValue)
            .ExecuteAsync(context);
        await server.Logs.First("ended: expired, after 0 events");
    }

    [Fact]
    public async Task A_client_that_is_gone_before_it_is_told_to_come_back_later_is_no_failure()
    {
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(canceled: true) };
        await new RetryLaterResult("full", TimeSpan.FromSeconds(1)).ExecuteAsync(context);
        Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
    }

    private static async IAsyncEnumerable<ServerSentEvent> Deaf(Task never)
    {
        yield return new ServerSentEvent("deaf");
        await never;
    }
}
