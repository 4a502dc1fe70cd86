using Microsoft.Extensions.Time.Testing;
using SseFunctions.Tests.Support;

namespace SseFunctions.Tests.Discussions;

/// <summary>Moves a fake clock while a test waits.</summary>
internal static class DrivenClock
{
    // Short, so that leases of 15 s are renewed in time although renewals run beside the clock.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RealStep = TimeSpan.FromMilliseconds(20);

    /// <summary>Moves the clock until the task completes, and returns its result.</summary>
    public static async Task<T> Until<T>(this FakeTimeProvider time, Task<T> task, string what)
    {
        var limit = DateTime.UtcNow + Limits.Soon;
        while (!task.IsCompleted)
        {
            Assert.True(DateTime.UtcNow < limit, $"There was no {what}.");
            await time.Next();
        }
        return await task;
    }

    /// <summary>Moves the clock by a duration, in steps.</summary>
    public static async Task Pass(this FakeTimeProvider time, TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += Step) await time.Next();
    }

    /// <summary>Moves the clock by one step, and lets the app do what is due.</summary>
    public static async Task Next(this FakeTimeProvider time)
    {
        time.Advance(Step);
        await Task.Delay(RealStep, TestContext.Current.CancellationToken);
    }
}
