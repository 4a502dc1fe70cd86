using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>A fake clock that reports when the app sets a timer. A test waits for that, and then advances the clock. A
/// timer that is set after the last advance would never fire.</summary>
internal sealed class ObservedClock() : FakeTimeProvider(DateTimeOffset.UtcNow)
{
    private readonly ConcurrentDictionary<TaskCompletionSource, TimeSpan> _awaited = new();

    /// <summary>Waits until a timer of this duration is created. Must be called before that.</summary>
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
