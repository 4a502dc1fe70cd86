using SseFunctions.Streaming;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Streaming;

public sealed class StreamSignalTests
{
    [Fact]
    public async Task Keeps_everything_that_is_raised_before_anyone_waits()
    {
        var signal = new StreamSignal();
        signal.Raise(Wake.Sending);
        signal.Raise(Wake.End);
        Assert.Equal(Wake.Sending | Wake.End, await signal.WaitAsync());
        var next = signal.WaitAsync().AsTask();
        Assert.False(next.IsCompleted);
        signal.Raise(Wake.Next);
        Assert.Equal(Wake.Next, await next.Within("wake"));
    }

    [Fact]
    public void Runs_the_waiter_on_the_thread_that_raises_if_asked_to()
    {
        var signal = new StreamSignal();
        var thread = 0;
        async Task Wait()
        {
            await signal.WaitAsync();
            thread = Environment.CurrentManagedThreadId;
        }
        _ = Wait();
        signal.Raise(Wake.Next, inline: true);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public async Task A_waiter_that_is_held_waits_on_and_is_woken_by_what_was_raised_meanwhile()
    {
        var signal = new StreamSignal();
        Assert.False(signal.TryHold());
        var wake = signal.WaitAsync().AsTask();
        Assert.True(signal.TryHold());
        Assert.False(signal.TryHold());
        signal.Release();
        Assert.False(wake.IsCompleted);

        Assert.True(signal.TryHold());
        signal.Raise(Wake.Sending);
        signal.Raise(Wake.End);
        Assert.False(wake.IsCompleted);
        signal.Release();
        Assert.Equal(Wake.Sending | Wake.End, await wake.Within("wake"));

        wake = signal.WaitAsync().AsTask();
        Assert.True(signal.TryHold());
        signal.Release(Wake.Sending);
        Assert.Equal(Wake.Sending, await wake.Within("wake"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Loses_nothing_when_many_raise_at_once(bool isHeldNowAndThen)
    {
        const int Rounds = 20_000;
        var signal = new StreamSignal();
        var isOver = false;
        var holder = Task.Run(
            () =>
            {
                while (isHeldNowAndThen && !Volatile.Read(ref isOver))
                {
                    if (signal.TryHold()) signal.Release();
                }
            },
            TestContext.Current.CancellationToken);
        using var nextSeen = new SemaphoreSlim(0);
        using var sendingSeen = new SemaphoreSlim(0);

        // Each thread continues only when the waiter has seen its reason, so a single lost wake stops the test.
        async Task Raise(Wake wake, SemaphoreSlim seen)
        {
            for (var round = 0; round < Rounds; round++)
            {
                signal.Raise(wake, inline: round % 2 == 0);
                await seen.WaitAsync(TestContext.Current.CancellationToken);
            }
        }

        async Task Wait()
        {
            for (var seen = 0; seen < 2 * Rounds;)
            {
                var wake = await signal.WaitAsync();
                if (wake.HasFlag(Wake.Next))
                {
                    seen++;
                    nextSeen.Release();
                }
                if (wake.HasFlag(Wake.Sending))
                {
                    seen++;
                    sendingSeen.Release();
                }
            }
        }

        static Task Run(Func<Task> work) => Task.Run(work, TestContext.Current.CancellationToken);

        await Task.WhenAll(
            Run(Wait), Run(() => Raise(Wake.Next, nextSeen)), Run(() => Raise(Wake.Sending, sendingSeen)))
            .Within("end of the exchange");
        Volatile.Write(ref isOver, true);
        await holder.Within("end of the holder");
    }
}
