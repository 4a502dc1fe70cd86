using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>A fake clock that reports which timers are set. So a test can move the clock when the app waits, and not
/// before: a timer that is set after the last move never fires.</summary>
internal sealed class ObservedClock() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private readonly ConcurrentDictionary<TaskCompletionSource, TimeSpan> _awaited = new();

    /// <summary>Waits for the next timer of this duration. Call it before the timer can be set.</summary>
    public Task Sets(TimeSpan duration)
    {
        var set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[set] = duration;
        return set.Task.Within($"timer of {duration}");
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        foreach (var (set, duration) in _awaited)
        {
            if (duration == dueTime) set.TrySetResult();
        }
        return timer;
    }
}
