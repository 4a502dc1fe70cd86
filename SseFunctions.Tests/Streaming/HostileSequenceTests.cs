using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

/// <summary>Sequences that do not behave as the stream wants: they listen to other tokens than their own, throw where
/// nobody expects an exception, or block the thread that stops them.</summary>
public sealed class HostileSequenceTests
{
    private const string Debug = "Logging:LogLevel:SseFunctions.Streaming=Debug";

    private static readonly ServerSentEvent First = new("first");

    [Theory]
    [InlineData("client", false, "client_gone")]
    [InlineData("client", true, "client_gone")]
    [InlineData("invocation", false, "invocation_cancelled")]
    [InlineData("invocation", true, "invocation_cancelled")]
    [InlineData("host", false, "host_stopping")]
    [InlineData("host", true, "host_stopping")]
    public async Task A_sequence_that_ends_before_the_stream_with_the_same_token_is_counted_as_what_cancelled_it(
        string token, bool throws, string reason)
    {
        var invocation = CancellationToken.None;
        await using var server = await StreamServer.Start(request => After(() => Wait(Token(request))), null);
        invocation = server.Invocation.Token;
        using var client = await server.Get();
        await client.Until("first\n\n");
        // A heartbeat is sent only while the stream waits for the sequence.
        await server.Advance(TimeSpan.FromSeconds(15), client.Until(": heartbeat\n"));
        // On the thread pool: on a test's thread, the sequence would not continue inside of the cancellation.
        await Task.Run(
            token switch
            {
                "client" => client.Break,
                "invocation" => server.Invocation.Cancel,
                _ => server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication,
            },
            TestContext.Current.CancellationToken);
        await server.Advance(TimeSpan.FromMilliseconds(50), server.Logs.First($"ended: {reason}"));
        Assert.Empty(server.Logs.Errors);

        // The token runs its newest callback first: the sequence ends before the stream learns of the cancellation.
        async Task Wait(CancellationToken cancelled)
        {
            var wait = new TaskCompletionSource();
            await using var registration = cancelled.Register(() => wait.TrySetResult());
            await wait.Task;
            if (throws) cancelled.ThrowIfCancellationRequested();
        }

        CancellationToken Token(HttpRequest request) => token switch
        {
            "client" => request.HttpContext.RequestAborted,
            "invocation" => invocation,
            _ => request.HttpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping,
        };
    }

    [Fact]
    public async Task A_sequence_that_throws_when_it_is_disposed_after_its_end_has_failed()
    {
        await using var server = await StreamServer.StartWithFakeTime(new ThrowsWhenDisposed());
        using var client = await server.Get();
        Assert.False(await client.UntilEnd());
        await server.Logs.First("ended: failed, after 0 events");
        Assert.Single(server.Logs.Errors);
    }

    [Fact]
    public async Task A_sequence_that_gives_null_has_failed_and_is_not_finished()
    {
        await using var server = await StreamServer.StartWithFakeTime(Null());
        using var client = await server.Get();
        Assert.False(await client.UntilEnd());
        await server.Logs.First("ended: failed, after 1 events");
        var error = Assert.Single(server.Logs.Errors);
        Assert.Contains("null", error.Exception?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_that_throws_when_the_sequence_is_cancelled_does_not_leave_the_sequence_undisposed()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            WithCallback(() => throw new IOException("The source was closed."), goOn.Task, disposed), Debug);
        using var client = await server.Get();
        await client.Until("first\n\n");
        client.Break();
        await server.Advance(TimeSpan.FromMilliseconds(50), server.Logs.First("ended: client_gone"));
        goOn.SetResult();
        await disposed.Task.Within("run of the sequence's finally block");
        Assert.IsType<AggregateException>(
            (await server.Logs.First("threw an exception when it was stopped")).Exception);
        Assert.Empty(server.Logs.Errors);
    }

    [Fact]
    public async Task A_callback_that_blocks_when_the_sequence_is_cancelled_does_not_hold_up_the_end_of_the_stream()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var unblock = new ManualResetEventSlim();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(
            WithCallback(() => unblock.Wait(cancellationToken), goOn.Task, disposed));
        using var client = await server.Get();
        await client.Until("first\n\n");
        client.Break();
        try
        {
            await server.Advance(TimeSpan.FromMilliseconds(50), server.Logs.First("ended: client_gone"));
            await server.Logs.First("did not stop within 1 s of its cancellation");
        }
        finally
        {
            unblock.Set();
            goOn.SetResult();
        }
        await disposed.Task.Within("run of the sequence's finally block");
    }

    [Fact]
    public async Task What_a_sequence_throws_long_after_its_stream_has_ended_is_logged()
    {
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StreamServer.StartWithFakeTime(After(() => late.Task), Debug);
        using var client = await server.Get();
        await client.Until("first\n\n");
        client.Break();
        await server.Advance(TimeSpan.FromMilliseconds(50), server.Logs.First("ended: client_gone"));
        late.SetException(new FormatException());
        var line = await server.Logs.First("threw an exception when it was stopped");
        Assert.Equal(LogLevel.Debug, line.Level);
        Assert.IsType<FormatException>(line.Exception);
    }

    private static async IAsyncEnumerable<ServerSentEvent> Null()
    {
        yield return First;
        await Task.CompletedTask;
        yield return null!;
    }

    private static IAsyncEnumerable<ServerSentEvent> WithCallback(
        Action callback, Task goOn, TaskCompletionSource disposed)
    {
        return Events(default);

        async IAsyncEnumerable<ServerSentEvent> Events([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                await using var registration = cancellationToken.Register(callback);
                yield return First;
                await goOn;
                yield return First;
            }
            finally
            {
                disposed.TrySetResult();
            }
        }
    }

    private static async IAsyncEnumerable<ServerSentEvent> After(Func<Task> end)
    {
        yield return First;
        await end();
    }

    private sealed class ThrowsWhenDisposed : IAsyncEnumerable<ServerSentEvent>, IAsyncEnumerator<ServerSentEvent>
    {
        public ServerSentEvent Current => First;

        public IAsyncEnumerator<ServerSentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            this;

        public ValueTask<bool> MoveNextAsync() => ValueTask.FromResult(false);

        public ValueTask DisposeAsync() => throw new IOException("The source cannot be closed.");
    }
}
