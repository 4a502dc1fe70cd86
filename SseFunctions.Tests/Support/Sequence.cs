using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SseFunctions.Streaming;

namespace SseFunctions.Tests.Support;

/// <summary>A sequence that the test feeds, and that reports when its finally block has run.</summary>
internal sealed class Sequence : IAsyncEnumerable<ServerSentEvent>
{
    private readonly Channel<ServerSentEvent> _events = Channel.CreateUnbounded<ServerSentEvent>();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finally = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Started => _started.Task.Within("start of the sequence");

    public bool HasStarted => _started.Task.IsCompleted;

    public Task Finally => _finally.Task.Within("run of the sequence's finally block");

    public void Add(string data) => _events.Writer.TryWrite(new ServerSentEvent(data));

    public void Finish(Exception? exception = null) => _events.Writer.Complete(exception);

    public async IAsyncEnumerator<ServerSentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        _started.TrySetResult();
        try
        {
            await foreach (var next in _events.Reader.ReadAllAsync(cancellationToken)) yield return next;
        }
        finally
        {
            _finally.TrySetResult();
        }
    }

    /// <summary>An endless sequence whose events are always ready. Reports when it was disposed of.</summary>
    public static IAsyncEnumerable<ServerSentEvent> Endless(TaskCompletionSource disposed)
    {
        return Events(default);

        async IAsyncEnumerable<ServerSentEvent> Events([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var next = new ServerSentEvent(new string('x', 1000));
            try
            {
                while (!cancellationToken.IsCancellationRequested) yield return next;
                await Task.CompletedTask;
            }
            finally
            {
                disposed.TrySetResult();
            }
        }
    }

    /// <summary>A sequence of three events that works on its thread and awaits nothing, as a newcomer may write
    /// it.</summary>
    public static async IAsyncEnumerable<ServerSentEvent> Working(SemaphoreSlim go)
    {
        for (var step = 1; step <= 3; step++)
        {
            go.Wait();
            yield return new ServerSentEvent($"step {step}");
        }
        go.Wait();
        await Task.CompletedTask;
    }

    /// <summary>A sequence of one event that throws its own exception when it is stopped.</summary>
    public static IAsyncEnumerable<ServerSentEvent> Sulking(TaskCompletionSource disposed)
    {
        return Events(default);

        async IAsyncEnumerable<ServerSentEvent> Events([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                yield return new ServerSentEvent("first");
                var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (cancellationToken.Register(stopped.SetResult)) await stopped.Task;
                throw new IOException("The source was closed.");
            }
            finally
            {
                disposed.TrySetResult();
            }
        }
    }
}
