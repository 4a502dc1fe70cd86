using Microsoft.Extensions.Time.Testing;

namespace SseFunctions.Tests.Support;

internal static class FakeTimeProviderExtensions
{
    /// <summary>Advances the clock by a step, again and again, until the task completes. One step is not enough: what
    /// waits for the clock may set its timer after the step. The task needs a limit of its own.</summary>
    public static async Task Advance(this FakeTimeProvider time, TimeSpan step, Task until, TimeSpan pause)
    {
        while (!until.IsCompleted)
        {
            time.Advance(step);
            await Task.Delay(pause, TestContext.Current.CancellationToken);
        }
        await until;
    }
}
